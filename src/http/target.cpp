// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/target.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>

#include "shaman/text.hpp"

#include "base/hex.hpp"
#include "base/name_fold.hpp"
#include "base/percent.hpp"

namespace shaman::http {
namespace {

result<std::string> decode_segment(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const auto byte = escaped_byte(text.substr(i));
      if (!byte)
        return Error{errc::invalid_argument,
                     "the address holds a % that is not followed by two hex digits"};
      c = *byte;
      i += 2;
    }
    if (c == '\0') return Error{errc::invalid_argument, "the address holds a NUL character"};
    out += c;
  }
  return out;
}

// `http://host/path?query` without what is before the path.
std::string_view without_host(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text::is_same_but_for_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t end_of_host = target.find_first_of("/?#", scheme.size());
    target = end_of_host == std::string_view::npos ? "/" : target.substr(end_of_host);
    if (!target.starts_with('/')) target = "/";
  }
  return target;
}

// The ASCII character that the end of the text stands for, and how many bytes of it do; {0, 0} if
// none.
using Meaning = std::pair<char, std::size_t>;
constexpr Meaning kNone{'\0', 0};

Meaning percent_escape(std::string_view text) {
  if (text.size() < 3) return kNone;
  const auto byte = escaped_byte(text.substr(text.size() - 3));
  return byte ? Meaning{*byte, 3} : kNone;
}

// The ASCII character that a code point is, or that programs may take it for: `ſ`, `ⓢ`, full-width
// letters.
std::optional<char> ascii_of(std::uint32_t code_point) {
  if (code_point < 0x80) return static_cast<char>(code_point);
  return text::ascii_like(code_point);
}

// `%u0073` and `\u0073`: no escapes of an address, but some programs undo them.
Meaning unicode_escape(std::string_view text) {
  constexpr std::size_t kLength = 6;
  if (text.size() < kLength) return kNone;
  const std::string_view end = text.substr(text.size() - kLength);
  if ((end[0] != '%' && end[0] != '\\') || (end[1] != 'u' && end[1] != 'U')) return kNone;
  std::uint32_t value = 0;
  for (const char digit : end.substr(2)) {
    if (hex_value(digit) < 0) return kNone;
    value = 16 * value + static_cast<std::uint32_t>(hex_value(digit));
  }
  const auto character = ascii_of(value);
  return character ? Meaning{*character, kLength} : kNone;
}

// UTF-8 of such a character, or in more bytes than are necessary, up to the six of RFC 2279, which
// a careless decoder takes for the character.
Meaning other_spelling(std::string_view text) {
  constexpr std::size_t kLongest = 6;
  std::uint32_t value = 0;
  for (std::size_t length = 1; length <= std::min(kLongest, text.size()); ++length) {
    const auto byte = static_cast<unsigned char>(text[text.size() - length]);
    const bool continues = (byte & 0xC0) == 0x80;
    if (continues) {
      value |= static_cast<std::uint32_t>(byte & 0x3F) << (6 * (length - 1));
      continue;
    }
    const auto announced = static_cast<std::size_t>(std::countl_one(byte));
    if (length == 1 || length != announced) return kNone;
    value |= static_cast<std::uint32_t>(byte & (0x7F >> length)) << (6 * (length - 1));
    const auto character = ascii_of(value);
    return character ? Meaning{*character, length} : kNone;
  }
  return kNone;
}

// What an address says to whoever undoes its escapes as often as there are any, and where in the
// address each character begins.
struct Unescaped {
  explicit Unescaped(std::string_view target) {
    for (std::size_t i = 0; i < target.size(); ++i) {
      text += target[i];
      begins.push_back(i);
      while (join()) {
      }
    }
  }

  std::string text;
  std::vector<std::size_t> begins;

 private:
  // What has become a character can be a part of the next escape.
  bool join() {
    for (const auto meaning_of : {percent_escape, unicode_escape, other_spelling})
      if (const auto [character, length] = meaning_of(text); length > 0) {
        text.resize(text.size() - length + 1);
        begins.resize(text.size());
        text.back() = character;
        return true;
      }
    return false;
  }
};

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// By what a token that may begin here is known: its tilde, or how tokens and JWTs begin. A tilde
// inside of a word is none: `PROGRA~1`.
std::string_view mark_of_token(std::string_view text, std::size_t at) {
  const bool is_in_word = at > 0 && is_alphanumeric(text[at - 1]);
  for (const std::string_view mark : {"shm_", "eyJ", "~"}) {
    const bool may_begin = !is_in_word || mark == "shm_";
    if (may_begin && text::is_same_but_for_case(text.substr(at, mark.size()), mark)) return mark;
  }
  return {};
}

// How a JWT begins is how many a name begins; only its second part tells it from those.
bool is_token(std::string_view mark, std::string_view rest) {
  rest = rest.substr(0, rest.find_first_of("/?#&"));
  return mark == "eyJ" ? text::in_lower_case(rest).find(".eyj") != rest.npos : !rest.empty();
}

std::string_view path_of(std::string_view target) {
  target = without_host(target);
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

result<std::vector<std::string>> parse_target(std::string_view target) {
  std::string_view path = path_of(target);
  if (!path.starts_with('/'))
    return Error{errc::invalid_argument,
                 "the address must begin with a slash, not be " + text::printable(target)};
  std::vector<std::string> segments;
  for (;;) {
    path.remove_prefix(1);
    const std::size_t end = path.find('/');
    auto segment = decode_segment(path.substr(0, end));
    if (!segment) return segment.error();
    segments.push_back(*std::move(segment));
    if (end == std::string_view::npos) return segments;
    path.remove_prefix(end);
  }
}

std::string take_token(std::string& target, std::vector<std::string>& segments) {
  if (segments.empty() || !segments.front().starts_with('~') || segments.front() == "~") return {};
  std::string token = segments.front().substr(1);
  segments.erase(segments.begin());
  if (segments.empty()) segments.emplace_back();
  const std::string_view path = without_host(target);
  const std::size_t rest = path.find_first_of("/?#", 1);
  std::string without(rest == std::string_view::npos ? "" : path.substr(rest));
  target = without.starts_with('/') ? std::move(without) : "/" + without;
  return token;
}

bool holds_token(std::string_view target) {
  const std::string text = Unescaped(target).text;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view mark = mark_of_token(text, at);
    if (!mark.empty() && is_token(mark, std::string_view(text).substr(at + mark.size())))
      return true;
  }
  return false;
}

std::string without_tokens(std::string_view target) {
  const Unescaped seen(target);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < seen.text.size(); ++at) {
    const std::string_view mark = mark_of_token(seen.text, at);
    if (mark.empty() || seen.begins[at] < copied) continue;
    out.append(target.substr(copied, seen.begins[at] - copied)).append(mark == "~" ? "~…" : "…");
    copied = std::min(target.find_first_of("/?#&", seen.begins[at]), target.size());
  }
  return out.append(target.substr(copied));
}

}  // namespace shaman::http
