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

/// The names in one folder, and which of them a written one may mean. For one thread.
class FolderNames {
 public:
  FolderNames() = default;
  explicit FolderNames(std::vector<std::string> names);

  /// Sorted.
  [[nodiscard]] const std::vector<std::string>& all() const noexcept { return names_; }
  /// By its exact name, in another case, without its quotes, with a pattern, or with something
  /// behind a name that ends it. A name that is there is meant by who writes it so, as every system
  /// looks for that one first. What may be a short name (name_match::is_short) means each of them.
  /// Some or none where the effort is used up.
  [[nodiscard]] std::vector<std::string> chosen(std::string_view written, Effort& effort) const;
  /// Those that fit what is written before a `**` or a placeholder.
  [[nodiscard]] std::vector<std::string> chosen_up_to_any_depth(std::string_view written,
                                                                Effort& effort) const;

 private:
  // A name, or what shells leave of its quotes.
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
  mutable std::vector<Spelling> spellings_;  // once they are needed
  mutable std::multimap<std::u32string, std::size_t> by_key_;
};

}  // namespace shaman
