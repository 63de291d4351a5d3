// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/encoded_word.hpp"

#include <algorithm>

namespace shaman::client {
namespace {

constexpr std::string_view kStart = "=?utf-8?q?";
constexpr std::string_view kEnd = "?=";
constexpr std::size_t kLongestWord = 75;  // RFC 2047, section 2

bool is_plain(char c) {
  // Section 5 (3): characters that may be unencoded wherever an encoded word may be.
  static constexpr std::string_view kOthers = "!*+-/";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

bool needs_no_encoding(std::string_view text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  // A space at either end would be taken for padding of the header field.
  return printable && text.find("=?") == std::string_view::npos && !text.starts_with(' ') &&
         !text.ends_with(' ');
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

void append_encoded(std::string& out, char c) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  if (is_plain(c)) {
    out += c;
  } else if (c == ' ') {
    out += '_';
  } else {
    const auto byte = static_cast<unsigned char>(c);
    out += {'=', kHex[byte >> 4U], kHex[byte & 0xFU]};
  }
}

}  // namespace

std::string encoded_words(std::string_view text) {
  if (needs_no_encoding(text)) return std::string(text);

  std::string out;
  std::string word(kStart);
  while (!text.empty()) {
    // Section 5: each word must contain whole characters.
    std::size_t length = 1;
    while (length < text.size() && length < 4 && continues_character(text[length]))
      ++length;
    std::string encoded;
    for (const char c : text.substr(0, length))
      append_encoded(encoded, c);
    text.remove_prefix(length);

    if (word.size() + encoded.size() + kEnd.size() > kLongestWord) {
      out.append(word).append(kEnd).append(" ");
      word = kStart;
    }
    word += encoded;
  }
  return out.append(word).append(kEnd);
}

}  // namespace shaman::client
