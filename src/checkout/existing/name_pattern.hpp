// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// Parses a written name into the elements of a pattern. Sans-I/O.
namespace shaman::name_match {

using Points = std::vector<char32_t>;

/// One element of a pattern.
struct Element {
  enum class Kind : std::uint8_t {
    one,        ///< exactly this character
    any_one,    ///< `?`
    set,        ///< `[a-z]`
    digits,     ///< `##`, `%04d`
    any,        ///< `*`, `{a,b}`, `@(a|b)`, `%s`
    any_depth,  ///< `**` and placeholders: also nested folders
  } kind = Kind::one;
  char32_t point = 0;
  std::size_t begin = 0;                                ///< index in the text
  std::vector<std::pair<char32_t, char32_t>> ranges{};  ///< of a set
  bool is_negated = false;
};

/// Takes time linear in the length of the text.
[[nodiscard]] std::vector<Element> elements_of(const Points& text);

}  // namespace shaman::name_match
