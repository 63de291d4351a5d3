// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

/// Which names a written one may stand for, on the systems and in the programs of a farm. Sans-I/O.
namespace shaman::name_match {

/// It stands for several: `*`, `?`, `[a-z]`, `{a,b}`, or a frame's number as `#` and `%04d`.
[[nodiscard]] bool is_pattern(std::string_view written);

/// `**`, which stands for folders in folders as well.
[[nodiscard]] bool is_any_depth(std::string_view written) noexcept;

/// Whether a name is one that the pattern stands for, whatever the case of its letters.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view name);

/// The same to a system that does not tell cases apart, or drops dots and blanks at a name's end.
[[nodiscard]] bool is_same_to_some(std::string_view written, std::string_view name);

/// What is written goes on behind the name with a character at which programs end a path.
[[nodiscard]] bool ends_with_more(std::string_view written, std::string_view name);

}  // namespace shaman::name_match
