// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// Characters by their Unicode code points.
namespace shaman::text {

/// The result of case folding a character, if that is an ASCII letter: `A` to `Z`, and the long s
/// and the Kelvin sign (CaseFolding.txt of the Unicode standard). Any other character unchanged.
[[nodiscard]] constexpr char32_t folded_to_ascii(char32_t point) noexcept {
  constexpr char32_t kLongS = 0x17f;
  constexpr char32_t kKelvin = 0x212a;
  if (point == kLongS) return U's';
  if (point == kKelvin) return U'k';
  return point >= U'A' && point <= U'Z' ? point + (U'a' - U'A') : point;
}

/// Whether each byte is an ASCII character.
[[nodiscard]] inline bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// UTF-8 of text in ISO-8859-1, in which each byte is a character.
[[nodiscard]] inline std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(2 * text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | byte >> 6);
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

}  // namespace shaman::text
