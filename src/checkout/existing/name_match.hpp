// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Decides which names a written name may stand for, on the operating systems and in the programs
/// of a farm. Always takes the most permissive reading. Sans-I/O.
namespace shaman::name_match {

/// Whether the written name may stand for several names: `*`, `?`, `[a-z]`, `{a,b}`, `@(a|b)`,
/// frame numbers as `#` and `%04d`, and placeholders that a program replaces: `%s`, `{name}`,
/// `<name>`, `$name`, `%name%`, `!name!`.
[[nodiscard]] bool is_pattern(std::string_view written);

/// Whether the name has a character that patterns consist of. A quick test: other names need no
/// parsing.
[[nodiscard]] bool has_marks(std::string_view written);

/// The kinds of a written name.
struct Kinds {
  bool is_pattern = false;
  bool is_any_depth = false;    ///< `**` or a placeholder: may stand for nested folders
  bool is_any_or_none = false;  ///< begins with one, so it may also stand for no folder
};
[[nodiscard]] Kinds kinds_of(std::string_view written);

/// Whether a part of the name itself is written: not in `{x}`, `*` and `##`, but in `sh*`.
[[nodiscard]] bool names_something(std::string_view written);

/// Whether the pattern may stand for this name, in any case.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view name);
/// The same, if text that ends a path may follow the name.
[[nodiscard]] bool fits_beginning(std::string_view pattern, std::string_view name);
/// The same for the part of the pattern before its first `**` or placeholder.
[[nodiscard]] bool fits_up_to_any_depth(std::string_view pattern, std::string_view name);
/// The same for any part of the written text that begins a word: `--out=jobs`, `"j*`.
[[nodiscard]] bool fits_some_word(std::string_view written, std::string_view name);

/// Whether the pattern matches `..`, contains a dot, and does not begin with `*` or `?`, which
/// match no leading dot: `.?`, `[.].`, `{..,x}`.
[[nodiscard]] bool may_lead_up(std::string_view written);

/// Whether the written name has the form of a short name of Windows or Samba, eight characters and
/// three: `SECRE~12`, `BJRN~1`, `1F03~1.BLE`. Only the system knows the long name.
[[nodiscard]] bool is_short(std::string_view written);
/// Whether the written name may be the short name of `name`, which is ASCII: `FILE-S~1`,
/// `FI12AB~1`.
[[nodiscard]] bool is_short_for(std::string_view written, std::string_view name);
/// Whether some file system treats both as the same name (text::folded_key()).
[[nodiscard]] bool is_same_to_some(std::string_view written, std::string_view name);

/// Whether programs end a path at this character, as in a command line.
[[nodiscard]] bool is_end_of_path(char32_t point);
/// Whether the byte belongs to a word: a letter, a digit, `_`, `-`, `.`, or any byte that is not
/// ASCII.
[[nodiscard]] bool is_of_word(char c);
/// Whether a word, or the value attached to an option of one letter (`-oJ:`), begins at this index.
/// `text` holds bytes or code points.
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
