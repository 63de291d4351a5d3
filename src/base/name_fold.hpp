// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Names as case-insensitive file systems compare them.
namespace shaman::text {

/// A character without its case, if that is one character: `ß` stays (CaseFolding.txt of the
/// Unicode standard). The values of text::code_points() for bytes that are not characters do not
/// change, either.
[[nodiscard]] char32_t folded_to_one(char32_t point) noexcept;

/// The ASCII character of which this one is a variant (compatibility decomposition, UAX 15): that
/// of `ｓ`, `ⓢ` and `ſ` is `s`.
[[nodiscard]] std::optional<char> ascii_like(char32_t point) noexcept;

/// Each character by folded_to_one(), composed (NFC). It has as many characters as a person
/// perceives.
[[nodiscard]] std::vector<char32_t> simply_folded(std::string_view name);

/// Two names for which this is equal are one name to the file system that distinguishes the fewest
/// names: a folder of ext4 with the feature casefold (Linux, fs/unicode: full case folding, so that
/// `ß` is `ss`; any form of composed characters; soft hyphens, joiners and other default-ignorable
/// characters omitted). macOS and Windows ignore fewer differences.
[[nodiscard]] std::vector<char32_t> fully_folded(std::string_view name);

/// Windows drops it at the end of a name.
[[nodiscard]] constexpr bool is_dropped_at_end(char32_t point) noexcept {
  return point == U'.' || point == U' ';
}
[[nodiscard]] constexpr bool ends_with_dropped(std::string_view name) noexcept {
  return !name.empty() && is_dropped_at_end(static_cast<unsigned char>(name.back()));
}
[[nodiscard]] std::u32string without_dropped_end(std::u32string_view folded);

/// Names with the same key are one name to some file system: fully_folded(), without the characters
/// that Windows drops.
[[nodiscard]] std::u32string folded_key(std::string_view name);

}  // namespace shaman::text
