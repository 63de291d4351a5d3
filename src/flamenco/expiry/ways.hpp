// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The parts of written paths. Sans-I/O.
namespace shaman::jobs {

/// What stands for any folders, or none.
inline constexpr std::string_view kAny = "**";

/// Takes off what is before the first slash, and the slash.
[[nodiscard]] std::string_view take_part(std::string_view& path);

/// What is between slashes, without what is empty.
[[nodiscard]] std::vector<std::string_view> parts_of(std::string_view path);

template <class Parts>
[[nodiscard]] std::string joined(const Parts& names) {
  std::string path;
  for (const auto& name : names)
    path.append(path.empty() ? "" : "/").append(name);
  return path;
}

/// The folders of a path, without those that `..` takes back; in several ways where a part of it
/// may stand for several folders, or for none. What the names are in must outlive it.
class Ways {
 public:
  using Way = std::vector<std::string_view>;

  explicit Ways(std::string_view folder = {}) : all_{parts_of(folder)} {}

  /// A pattern that fits `..` leads up as well.
  void down(std::string_view name);
  /// False where one of them would lead above its beginning, from which it is left out then.
  [[nodiscard]] bool up(bool stays_at_top);

  [[nodiscard]] const std::vector<Way>& all() const noexcept { return all_; }

 private:
  void tidy();

  std::vector<Way> all_;
};

}  // namespace shaman::jobs
