// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/cookies.hpp"

#include <algorithm>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

template <class Each>
void for_each_cookie(std::string_view cookies, Each each) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view cookie = text::trimmed(cookies.substr(0, end));
    const std::size_t equals = std::min(cookie.find('='), cookie.size());
    const std::string_view name = text::trimmed(cookie.substr(0, equals));
    if (!cookie.empty())
      each(cookie, name, text::trimmed(cookie.substr(std::min(equals + 1, cookie.size()))));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
}

}  // namespace

std::vector<std::string_view> cookies_named(const RequestHead& head, std::string_view name) {
  std::vector<std::string_view> values;
  const auto [begin, end] = head.fields.equal_range(boost::beast::http::field::cookie);
  for (auto field = begin; field != end; ++field)
    for_each_cookie({field->value().data(), field->value().size()},
                    [&](std::string_view, std::string_view given, std::string_view value) {
                      if (given == name) values.push_back(value);
                    });
  return values;
}

std::string without_login_cookies(std::string_view cookies) {
  std::string others;
  for_each_cookie(cookies, [&](std::string_view cookie, std::string_view name, std::string_view) {
    if (name == kLoginCookie || name == kSecureLoginCookie) return;
    others.append(others.empty() ? "" : "; ").append(cookie);
  });
  return others;
}

bool is_cookie_value(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
  });
}

}  // namespace shaman::http
