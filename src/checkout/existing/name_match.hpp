// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Which names a written one may stand for, on the systems and in the programs of a farm: always by
/// the most permissive reading. Sans-I/O.
namespace shaman::name_match {

/// It stands for several: `*`, `?`, `[a-z]`, `{a,b}`, `@(a|b)`, a frame's number as `#` and `%04d`,
/// or something that a program puts in its place: `%s`, `{name}`, `<name>`, `$name`, `%name%`,
/// `!name!`.
[[nodiscard]] bool is_pattern(std::string_view written);

/// It has a character of which patterns are made: only such a name takes time to be taken apart.
[[nodiscard]] bool has_marks(std::string_view written);

/// What a written name is.
struct Kinds {
  bool is_pattern = false;
  bool is_any_depth = false;    ///< `**` and placeholders, which stand for folders in folders
  bool is_any_or_none = false;  ///< such a one that may stand for no folder, too: it begins so
};
[[nodiscard]] Kinds kinds_of(std::string_view written);

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

/// A pattern that fits `..`, has a dot written in it, and begins with neither `*` nor `?`, which
/// fit no dot there: `.?`, `[.].`, `{..,x}`.
[[nodiscard]] bool may_lead_up(std::string_view written);

/// What is written may be how a system shortens some name to eight characters and three:
/// `SECRE~12`, `BJRN~1`, `1F03~1.BLE`. Which name that is, only the system knows.
[[nodiscard]] bool is_short(std::string_view written);
/// It may be how Windows shortens this one, which is of ASCII: `FILE-S~1`, `FI12AB~1`.
[[nodiscard]] bool is_short_for(std::string_view written, std::string_view name);
/// Whether some file system takes both for one name (text::folded_key()).
[[nodiscard]] bool is_same_to_some(std::string_view written, std::string_view name);

/// A character at which programs end a path, as in a command line.
[[nodiscard]] bool is_end_of_path(char32_t point);
/// A byte of a word: a letter, a digit, `_`, `-`, `.`, or of what is not ASCII.
[[nodiscard]] bool is_of_word(char c);
/// Whether a word begins there, or what is attached to an option of one letter (`-oJ:`). A text of
/// bytes, or of code points.
template <class Text>
[[nodiscard]] bool begins_word(const Text& text, std::size_t at);

template <class Text>
bool begins_word(const Text& text, std::size_t at) {
  const auto is_word = [&text](std::size_t i) {
    const auto point = static_cast<char32_t>(text[i]);
    return point >= 0x80 || is_of_word(static_cast<char>(point));
  };
  if (at == 0) return true;
  if (!is_word(at - 1)) return at == 1 || text[at - 1] != '@' || !is_word(at - 2);
  const bool is_option = at >= 2 && text[at - 2] == '-' && (at == 2 || !is_word(at - 3));
  return is_option && text[at - 1] != '-' && text[at - 1] != '.';
}

}  // namespace shaman::name_match
