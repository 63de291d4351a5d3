// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Names as file systems that do not tell cases apart compare them.
namespace shaman::text {

/// A character without its case, if that is one character: `ß` stays (CaseFolding.txt of the
/// Unicode standard). What text::code_points() has for a byte that is no character stays, too.
[[nodiscard]] char32_t folded_to_one(char32_t point) noexcept;

/// Each character by folded_to_one(), composed (NFC). It has as many characters as a person sees.
[[nodiscard]] std::vector<char32_t> simply_folded(std::string_view name);

/// Two names for which this is equal are one name to the file system that tells fewest names apart:
/// a folder of ext4 with the feature casefold (Linux, fs/unicode: full case folding, so that `ß` is
/// `ss`; any form of composed characters; soft hyphens, joiners and other default-ignorable
/// characters left out). macOS and Windows compare by less.
[[nodiscard]] std::vector<char32_t> fully_folded(std::string_view name);

/// Windows drops it at the end of a name.
[[nodiscard]] constexpr bool is_dropped_at_end(char32_t point) noexcept {
  return point == U'.' || point == U' ';
}
[[nodiscard]] std::u32string without_dropped_end(std::u32string_view folded);

/// Names with the same key are one name to some file system: fully_folded(), without what Windows
/// drops.
[[nodiscard]] std::u32string folded_key(std::string_view name);

}  // namespace shaman::text
