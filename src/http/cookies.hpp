// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/request_head.hpp"

/// The Cookie header (RFC 6265). Sans-I/O.
namespace shaman::http {

/// The cookie in which a browser keeps its token. Under TLS it has the prefix that keeps other
/// hosts and plain HTTP from setting it (RFC 6265bis, 4.1.3.2).
inline constexpr std::string_view kLoginCookie = "shaman_token";
inline constexpr std::string_view kSecureLoginCookie = "__Host-shaman_token";

/// The values of all cookies of this name, in all Cookie headers.
[[nodiscard]] std::vector<std::string_view> cookies_named(const RequestHead& head,
                                                          std::string_view name);

/// One Cookie header's value without the cookies above.
[[nodiscard]] std::string without_login_cookies(std::string_view cookies);

/// Whether a cookie can have this value (`cookie-octet`).
[[nodiscard]] bool is_cookie_value(std::string_view text);

}  // namespace shaman::http
