// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace shaman::text {
namespace {

struct Decoded {
  char32_t code_point;
  std::size_t length;  // 0: not UTF-8
};

// RFC 3629, table 3-7 of the Unicode standard: the second byte's range depends on the first.
Decoded decode(std::string_view bytes) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length;
  char32_t code_point;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    code_point = first & 0x1FU;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    code_point = first & 0x0FU;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    code_point = first & 0x07U;
  } else {
    return {0, 0};
  }
  if (bytes.size() < length) return {0, 0};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {0, 0};
    code_point = code_point << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong =
      (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return {0, 0};
  return {code_point, length};
}

// Characters that can deceive a terminal or a reader.
bool is_deceptive(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x061C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

void append_escape(std::string& out, const char* format, unsigned value) {
  std::array<char, 16> buffer;
  const int length = std::snprintf(buffer.data(), buffer.size(), format, value);
  out.append(buffer.data(), static_cast<std::size_t>(length));
}

std::string escape_all(std::string_view bytes, bool double_backslash) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const Decoded decoded = decode(bytes);
    if (decoded.length == 0) {
      append_escape(out, "\\x%02x", static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
      continue;
    }
    if (is_deceptive(decoded.code_point)) {
      const bool short_form = decoded.code_point < 0x80;
      append_escape(out, short_form ? "\\x%02x" : "\\u{%x}",
                    static_cast<unsigned>(decoded.code_point));
    } else if (decoded.code_point == U'\\' && double_backslash) {
      out += "\\\\";
    } else {
      out += bytes.substr(0, decoded.length);
    }
    bytes.remove_prefix(decoded.length);
  }
  return out;
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const Decoded decoded = decode(bytes);
    if (decoded.length == 0) return false;
    bytes.remove_prefix(decoded.length);
  }
  return true;
}

std::vector<char32_t> code_points(std::string_view bytes) {
  std::vector<char32_t> characters;
  characters.reserve(bytes.size());
  while (!bytes.empty()) {
    const Decoded decoded = decode(bytes);
    const bool valid = decoded.length > 0;
    characters.push_back(valid ? decoded.code_point
                               : kNoCharacter + static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(valid ? decoded.length : 1);
  }
  return characters;
}

std::string escape(std::string_view bytes) {
  return escape_all(bytes, true);
}

std::string printable(std::string_view bytes) {
  return escape_all(bytes, false);
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  // Bytes that continue a character of UTF-8.
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U)
    --most;
  return std::string(text.substr(0, most)) + "…";
}

std::string in_quotes(std::string_view bytes) {
  return '"' + printable(bytes) + '"';
}

std::string without_logins(std::string_view text) {
  std::string out;
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://")) {
    out += text.substr(0, at + 3);
    text.remove_prefix(at + 3);
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\"'"), text.size());
    const std::size_t login = text.substr(0, end).rfind('@');
    if (login == std::string_view::npos) continue;
    out += "…";
    text.remove_prefix(login);
  }
  return out += text;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), lower_case);
  return lower;
}

bool is_same_but_for_case(std::string_view one, std::string_view other) noexcept {
  return std::ranges::equal(one, other, {}, lower_case, lower_case);
}

std::string listed(const std::vector<std::string>& each) {
  std::string all;
  for (const std::string& one : each)
    all += (all.empty() ? "" : ", ") + one;
  return all;
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
  std::string text = std::to_string(count);
  text += ' ';
  text += count == 1 ? singular : plural;
  return text;
}

}  // namespace shaman::text
