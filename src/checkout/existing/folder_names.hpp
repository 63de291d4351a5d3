// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/effort.hpp"

#include "checkout/existing/pattern_match.hpp"

namespace shaman {

/// The names in one folder. Finds those that a written name may mean. For one thread.
class FolderNames {
 public:
  FolderNames() = default;
  explicit FolderNames(std::vector<std::string> names);

  /// Sorted.
  [[nodiscard]] const std::vector<std::string>& all() const noexcept { return names_; }
  /// The names that the written one may mean: the exact name, another case, a name without its
  /// quotes, a pattern, or a name with text after its end. Look for the exact name before, because
  /// every system tries it first. A possible short name (name_match::is_short) may mean every name.
  /// Returns some or none if the effort is used up.
  [[nodiscard]] std::vector<std::string> chosen(std::string_view written, Effort& effort) const;
  /// The names that match the written one up to its first `**` or placeholder.
  [[nodiscard]] std::vector<std::string> chosen_up_to_any_depth(std::string_view written,
                                                                Effort& effort) const;

 private:
  // A name, or the rest of it after a shell has removed its quotes.
  struct Spelling {
    name_match::FoldedName folded;
    std::size_t name;
  };
  using Fits = bool (*)(const name_match::Pattern&, const name_match::FoldedName&);

  [[nodiscard]] const std::vector<Spelling>& spellings(Effort& effort) const;
  [[nodiscard]] std::vector<std::string> same_to_some(std::string_view written,
                                                      Effort& effort) const;
  [[nodiscard]] std::vector<std::string> fitting(std::string_view written, Fits fits,
                                                 Effort& effort) const;

  std::vector<std::string> names_;           // sorted
  mutable std::vector<Spelling> spellings_;  // filled on first use
  mutable std::multimap<std::u32string, std::size_t> by_key_;
};

}  // namespace shaman
