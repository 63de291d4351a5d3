// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/chunk_grammar.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// RFC 9110, 5.6.2.
bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Field values and quoted strings may contain any byte except control characters (RFC 9110, 5.5).
bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

constexpr std::size_t kLongestKnown = 19;

bool is_forbidden(std::string_view name) {
  static constexpr std::array<std::string_view, 16> kNames{"Authorization",
                                                           "Connection",
                                                           "Content-Encoding",
                                                           "Content-Length",
                                                           "Content-Range",
                                                           "Content-Type",
                                                           "Cookie",
                                                           "Expect",
                                                           "Host",
                                                           "Keep-Alive",
                                                           "Max-Forwards",
                                                           "Proxy-Authorization",
                                                           "TE",
                                                           "Trailer",
                                                           "Transfer-Encoding",
                                                           "Upgrade"};
  static_assert(std::ranges::all_of(
      kNames, [](std::string_view each) { return each.size() <= kLongestKnown; }));
  return std::ranges::any_of(
      kNames, [&](std::string_view each) { return text::is_same_but_for_case(name, each); });
}

}  // namespace

bool ChunkExtensions::go(At next, bool is_right) {
  at_ = next;
  return is_right;
}

bool ChunkExtensions::is_whole() const noexcept {
  return at_ == At::end_of_size || at_ == At::name || at_ == At::value || at_ == At::end_of_quoted;
}

// The characters after an extension: those that start another one, or blanks before it.
bool ChunkExtensions::take_between(char c) {
  return c == ';' ? go(At::before_name) : go(At::blank, is_blank(c));
}

bool ChunkExtensions::take_in_quotes(char c) {
  if (at_ == At::escaped) return go(At::quoted, is_text(c));
  if (c == '"') return go(At::end_of_quoted);
  return go(c == '\\' ? At::escaped : At::quoted, is_text(c));
}

bool ChunkExtensions::take(char c) {
  switch (at_) {
    case At::end_of_size:
    case At::blank:
    case At::end_of_quoted:
      return take_between(c);
    case At::before_name:
      return is_blank(c) || go(At::name, is_token_char(c));
    case At::name:
      if (is_token_char(c)) return true;
      if (is_blank(c)) return go(At::after_name);
      return c == '=' ? go(At::before_value) : take_between(c);
    case At::after_name:
      if (is_blank(c)) return true;
      return c == '=' ? go(At::before_value) : go(At::before_name, c == ';');
    case At::before_value:
      if (is_blank(c)) return true;
      return c == '"' ? go(At::quoted) : go(At::value, is_token_char(c));
    case At::value:
      return is_token_char(c) || take_between(c);
    case At::quoted:
    case At::escaped:
      return take_in_quotes(c);
  }
  return false;
}

bool TrailerField::take(char c) {
  if (in_value_) return is_text(c);
  if (c == ':') {
    in_value_ = true;
    return !name_.empty() && !is_forbidden(name_);
  }
  if (name_.size() <= kLongestKnown) name_ += c;
  return is_token_char(c);
}

}  // namespace shaman::http
