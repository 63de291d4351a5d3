// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "checkout/existing/name_pattern.hpp"

namespace shaman::name_match {

/// A name, folded once for everything that it is compared with: character by character, as shells
/// compare, and as file systems do that tell fewer names apart.
struct FoldedName {
  explicit FoldedName(std::string_view name);
  Points simply;
  Points fully;
  bool is_ascii;  ///< both are the same
};

/// What is written, taken apart once for all names that it is compared with. Most permissive.
class Pattern {
 public:
  /// Where in what is written the name may begin.
  enum class Start : std::uint8_t { beginning, any_word };

  explicit Pattern(std::string_view written);

  /// Whether it stands for exactly this name, whatever the case of its letters.
  [[nodiscard]] bool fits(const FoldedName& name) const;
  /// The same, where it may go on behind the name with something that ends a path.
  [[nodiscard]] bool fits_beginning(const FoldedName& name, Start start = Start::beginning) const;
  /// Whether its part before the first `**` or placeholder fits.
  [[nodiscard]] bool fits_up_to_any_depth(const FoldedName& name) const;

  /// How many steps a comparison with a name of this many characters takes at most (Effort).
  [[nodiscard]] std::size_t work(const FoldedName& name) const noexcept {
    return (simply_.elements.size() + 1) * (name.fully.size() + 1);
  }

 private:
  struct Folded {
    Points text{};
    std::vector<Element> elements{};
    std::size_t without_end = 0;  ///< so many elements are before what Windows drops
  };
  [[nodiscard]] static Folded folded(Points text);
  template <class Fits>
  [[nodiscard]] bool by_some_folding(const FoldedName& name, const Fits& fits) const;

  Folded simply_;
  Folded fully_;  ///< empty where it is the same for names of ASCII
  bool is_ascii_;
};

}  // namespace shaman::name_match
