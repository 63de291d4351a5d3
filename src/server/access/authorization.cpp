// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/authorization.hpp"

#include <algorithm>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

constexpr std::string_view kName = "Authorization";

// RFC 9110, 11.2: `token68`, which both Bearer (RFC 6750, 2.1) and Basic take.
bool is_token68(std::string_view text) {
  const std::size_t end = text.find_last_not_of('=');
  if (end == std::string_view::npos) return false;
  return std::ranges::all_of(text.substr(0, end + 1), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
}

}  // namespace

Authorization authorization_of(const RequestHead& head) {
  using Kind = Authorization::Kind;
  const std::size_t count = head.fields.count(kName);
  if (count == 0) return {};
  const std::string_view given = head.header(kName);
  const std::size_t end = std::min(given.find(' '), given.size());
  const std::string_view scheme = given.substr(0, end);
  std::string_view credentials = given.substr(end);
  credentials.remove_prefix(std::min(credentials.find_first_not_of(' '), credentials.size()));
  if (count > 1 || !is_token68(credentials)) return {Kind::unusable};
  if (text::is_same_but_for_case(scheme, "Bearer")) {
    const bool differs = !head.token.empty() && head.token != credentials;
    return differs ? Authorization{Kind::unusable} : Authorization{Kind::token, credentials};
  }
  if (text::is_same_but_for_case(scheme, "Basic")) return {Kind::login};
  return {Kind::unusable};
}

std::string_view token_of(const RequestHead& head) {
  return head.token.empty() ? authorization_of(head).token : std::string_view(head.token);
}

}  // namespace shaman::http
