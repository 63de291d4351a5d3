// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The parts of written paths. Sans-I/O.
namespace shaman::jobs {

/// A part that stands for any number of folders, or none.
inline constexpr std::string_view kAny = "**";

/// Removes the part before the first slash, with the slash, and returns it.
[[nodiscard]] std::string_view take_part(std::string_view& path);

/// The parts of a path, without empty ones.
[[nodiscard]] std::vector<std::string_view> parts_of(std::string_view path);

template <class Parts>
[[nodiscard]] std::string joined(const Parts& names) {
  std::string path;
  for (const auto& name : names)
    path.append(path.empty() ? "" : "/").append(name);
  return path;
}

/// The folders of a path, without those that `..` removes. There are several ways to read a path if
/// a part of it may stand for several folders or for none. The texts of the names must outlive this
/// object.
class Ways {
 public:
  using Way = std::vector<std::string_view>;

  explicit Ways(std::string_view folder = {}) : all_{parts_of(folder)} {}

  /// Enters a folder. If the name is a pattern that matches `..`, also goes up.
  void down(std::string_view name);
  /// Goes up. A way at its beginning stays there with `stays_at_top`; otherwise it is left out, and
  /// the result is false.
  [[nodiscard]] bool up(bool stays_at_top);

  [[nodiscard]] const std::vector<Way>& all() const noexcept { return all_; }

 private:
  void tidy();

  std::vector<Way> all_;
};

}  // namespace shaman::jobs
