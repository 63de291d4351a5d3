// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Text that came from outside: file names, headers, paths stored in .blend files.
namespace shaman::text {

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// The characters of UTF-8 text; each byte that is not part of a character becomes kNoCharacter +
/// its value.
[[nodiscard]] std::vector<char32_t> code_points(std::string_view bytes);
inline constexpr char32_t kNoCharacter = 0x110000;

/// Makes bytes from outside safe to print on a terminal or in a log line: C0 and C1 controls, DEL,
/// and the characters that reorder or hide text (bidi controls, zero-width, line separators, BOM,
/// tags) become `\x1b` or `\u{202e}`, each byte that is not UTF-8 becomes `\xff`, and a backslash
/// is doubled, so that the output is unambiguous. All other text stays unchanged.
[[nodiscard]] std::string escape(std::string_view bytes);

/// Like escape(), but text to be shown to a person: a backslash stays single.
[[nodiscard]] std::string printable(std::string_view bytes);

/// The same between double quotes: how messages name files.
[[nodiscard]] std::string in_quotes(std::string_view bytes);

/// At most this many bytes of it, up to the end of a character, with `…` where the rest is left
/// out.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

/// Without the user names and passwords of the addresses in it: `http://…@host`.
[[nodiscard]] std::string without_logins(std::string_view text);

/// Without the spaces, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// An ASCII letter in lower case; any other byte unchanged.
[[nodiscard]] constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string in_lower_case(std::string_view text);

/// Whether they differ at most in the case of ASCII letters: names of hosts and of HTTP.
[[nodiscard]] bool is_same_but_for_case(std::string_view one, std::string_view other) noexcept;

/// `1 file`, `3 files`.
[[nodiscard]] std::string count_of(std::uint64_t count, std::string_view singular,
                                   std::string_view plural);

/// `a, b, c`.
[[nodiscard]] std::string listed(const std::vector<std::string>& each);

}  // namespace shaman::text
