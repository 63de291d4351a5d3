// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "checkout/existing/name_pattern.hpp"

namespace shaman::name_match {

/// A name, folded once for all comparisons: character by character, as shells compare, and fully,
/// as file systems compare that distinguish fewer names.
struct FoldedName {
  explicit FoldedName(std::string_view name);
  Points simply;
  Points fully;
  bool is_ascii;  ///< then `simply` equals `fully`
};

/// A written name, parsed once for all comparisons with names. Takes the most permissive reading.
class Pattern {
 public:
  /// Where the name may begin in the written text.
  enum class Start : std::uint8_t { beginning, any_word };

  explicit Pattern(std::string_view written);

  /// Whether the pattern stands for exactly this name, in any case.
  [[nodiscard]] bool fits(const FoldedName& name) const;
  /// The same, if text that ends a path may follow the name.
  [[nodiscard]] bool fits_beginning(const FoldedName& name, Start start = Start::beginning) const;
  /// The same for the part of the pattern before its first `**` or placeholder.
  [[nodiscard]] bool fits_up_to_any_depth(const FoldedName& name) const;

  /// The maximum number of steps of a comparison with this name (Effort).
  [[nodiscard]] std::size_t work(const FoldedName& name) const noexcept {
    return (simply_.elements.size() + 1) * (name.fully.size() + 1);
  }

 private:
  struct Folded {
    Points text{};
    std::vector<Element> elements{};
    std::size_t without_end = 0;  ///< the number of elements before the end that Windows drops
  };
  [[nodiscard]] static Folded folded(Points text);
  template <class Fits>
  [[nodiscard]] bool by_some_folding(const FoldedName& name, const Fits& fits) const;

  Folded simply_;
  Folded fully_;  ///< empty if names of ASCII match as with `simply_`
  bool is_ascii_;
};

}  // namespace shaman::name_match
