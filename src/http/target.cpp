// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/target.hpp"

#include <algorithm>
#include <charconv>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

result<std::string> decode_segment(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      unsigned value = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (digits.size() != 2 || parsed.ptr != digits.data() + 2)
        return Error{errc::malformed_request,
                     "the address holds a % that is not followed by two hex digits"};
      c = static_cast<char>(value);
      i += 2;
    }
    if (c == '\0') return Error{errc::malformed_request, "the address holds a NUL character"};
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

// A tilde inside of a word is none: `PROGRA~1`.
bool begins_word(std::string_view target, std::size_t at) {
  if (at == 0 || (at >= 3 && target[at - 3] == '%')) return true;
  const char before = target[at - 1];
  return !((before >= '0' && before <= '9') || (before >= 'a' && before <= 'z') ||
           (before >= 'A' && before <= 'Z'));
}

// By what a token that may begin here is known: its tilde, or how tokens and JWTs begin.
std::string_view mark_of_token(std::string_view target, std::size_t at) {
  const std::string_view rest = target.substr(at);
  for (const std::string_view mark : {"shm_", "eyJ", "~", "%7E", "%7e"})
    if (rest.starts_with(mark) && begins_word(target, at)) return mark;
  return {};
}

std::string_view path_of(std::string_view target) {
  target = without_host(target);
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

result<std::vector<std::string>> parse_target(std::string_view target) {
  std::string_view path = path_of(target);
  if (!path.starts_with('/'))
    return Error{errc::malformed_request,
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
  constexpr std::string_view kEnds = "/?#&";
  for (std::size_t at = 0; at < target.size(); ++at) {
    const std::string_view mark = mark_of_token(target, at);
    // How a JWT begins, without a tilde, is how many a name begins.
    if (mark.empty() || mark == "eyJ") continue;
    const std::size_t rest = at + mark.size();
    if (rest < target.size() && kEnds.find(target[rest]) == kEnds.npos) return true;
  }
  return false;
}

std::string without_tokens(std::string_view target) {
  std::string out;
  for (std::size_t at = 0; at < target.size();) {
    const std::string_view mark = mark_of_token(target, at);
    if (mark.empty()) {
      out += target[at++];
      continue;
    }
    out.append(mark == "~" || mark.starts_with('%') ? "~…" : "…");
    at = std::min(target.find_first_of("/?#&", at), target.size());
  }
  return out;
}

}  // namespace shaman::http
