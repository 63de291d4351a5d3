// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shaman {

/// The names in one folder, and which of them a written one may mean. For one thread.
class FolderNames {
 public:
  FolderNames() = default;
  explicit FolderNames(std::vector<std::string> names);

  /// Sorted.
  [[nodiscard]] const std::vector<std::string>& all() const noexcept { return names_; }
  /// By its exact name, in another case, with a pattern, or with something behind a name that ends
  /// it. A name that is there is meant by who writes it so, as every system looks for that one
  /// first.
  [[nodiscard]] std::vector<std::string> chosen(std::string_view written) const;
  /// Those that fit what is written before a `**` or a placeholder.
  [[nodiscard]] std::vector<std::string> chosen_up_to_any_depth(std::string_view written) const;

 private:
  [[nodiscard]] std::vector<std::string> same_to_some(std::string_view written) const;
  [[nodiscard]] std::vector<std::string> short_for(std::string_view written) const;

  std::vector<std::string> names_;                             // sorted
  mutable std::multimap<std::u32string, std::size_t> by_key_;  // once it is needed
};

}  // namespace shaman
