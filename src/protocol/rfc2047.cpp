// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/rfc2047.hpp"

#include <array>
#include <cstddef>
#include <optional>

#include "shaman/text.hpp"

#include "base/code_points.hpp"
#include "base/hex.hpp"

namespace shaman::http {
namespace {

int base64_value(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

std::optional<std::string> decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out += ' ';
    } else if (text[i] != '=') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::optional<std::string> decode_b(std::string_view text) {
  while (!text.empty() && text.back() == '=')
    text.remove_suffix(1);
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFFU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFFU);
    }
  }
  return out;
}

struct Word {
  std::string text;
  std::size_t length;  // of the encoded form
};

// `=?charset[*language]?encoding?text?=` at the start of the value.
std::optional<Word> encoded_word(std::string_view value) {
  if (!value.starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = value.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= value.size() ||
      value[charset_end + 2] != '?')
    return std::nullopt;
  const std::size_t text_begin = charset_end + 3;
  const std::size_t text_end = value.find("?=", text_begin);
  if (text_end == std::string_view::npos) return std::nullopt;
  std::string_view charset = value.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));
  const std::string_view text = value.substr(text_begin, text_end - text_begin);

  std::optional<std::string> bytes;
  const char encoding = value[charset_end + 1];
  if (encoding == 'q' || encoding == 'Q') bytes = decode_q(text);
  if (encoding == 'b' || encoding == 'B') bytes = decode_b(text);
  if (!bytes) return std::nullopt;
  if (text::is_same_but_for_case(charset, "iso-8859-1"))
    bytes = text::latin1_to_utf8(*bytes);
  else if (!text::is_same_but_for_case(charset, "utf-8") &&
           !text::is_same_but_for_case(charset, "us-ascii"))
    return std::nullopt;
  return Word{*std::move(bytes), text_end + 2};
}

}  // namespace

std::string decode_rfc2047(std::string_view value) {
  std::string out;
  bool after_word = false;
  while (!value.empty()) {
    if (const auto word = encoded_word(value)) {
      out += word->text;
      value.remove_prefix(word->length);
      after_word = true;
      continue;
    }
    const std::size_t blank = value.find_first_not_of(" \t");
    if (after_word && blank != 0 && blank != std::string_view::npos &&
        encoded_word(value.substr(blank))) {
      value.remove_prefix(blank);
      continue;
    }
    after_word = false;
    // Up to the possible start of the next word; this character does not begin one.
    const std::size_t next = value.find_first_of("= \t", 1);
    out += value.substr(0, next);
    value.remove_prefix(next == std::string_view::npos ? value.size() : next);
  }
  return out;
}

}  // namespace shaman::http
