// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

/// Which names a written one may stand for, on the systems and in the programs of a farm: always by
/// the most permissive reading. Sans-I/O.
namespace shaman::name_match {

/// It stands for several: `*`, `?`, `[a-z]`, `{a,b}`, `@(a|b)`, a frame's number as `#` and `%04d`,
/// or something that a program puts in its place: `%s`, `{name}`, `<name>`, `$name`, `%name%`,
/// `!name!`.
[[nodiscard]] bool is_pattern(std::string_view written);

/// `**` and placeholders, which stand for folders in folders as well.
[[nodiscard]] bool is_any_depth(std::string_view written);
/// Such a one that may also stand for no folder at all: nothing is written before it.
[[nodiscard]] bool is_any_or_none(std::string_view written);

/// Something of the name itself is written: `{x}`, `*` and `##` name nothing, `sh*` does.
[[nodiscard]] bool names_something(std::string_view written);

/// Whether a name is one that the pattern stands for, whatever the case of its letters.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view name);
/// The same, where the written one may go on behind the name with something that ends a path.
[[nodiscard]] bool fits_beginning(std::string_view pattern, std::string_view name);
/// The same of the part of the pattern before the first `**` or placeholder.
[[nodiscard]] bool fits_up_to_any_depth(std::string_view pattern, std::string_view name);
/// The same of a part of what is written that begins a word: `--out=jobs`, `"j*`.
[[nodiscard]] bool fits_some_word(std::string_view written, std::string_view name);

/// What is written may be how Windows shortens the name: `SECRET~1`, `SE12AB~1.BLE`.
[[nodiscard]] bool is_short_for(std::string_view written, std::string_view name);
/// Whether some file system takes both for one name (text::folded_key()).
[[nodiscard]] bool is_same_to_some(std::string_view written, std::string_view name);

/// A character at which programs end a path, as in a command line.
[[nodiscard]] bool is_end_of_path(char32_t point);
/// A byte of a word: a letter, a digit, `_`, `-`, `.`, or of what is not ASCII.
[[nodiscard]] bool is_of_word(char c);

}  // namespace shaman::name_match
