// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "http/response.hpp"
#include "server/exchange.hpp"

/// Browsers cannot send a token with a page's requests. `http://host/~TOKEN/` in the address bar
/// sets a cookie once, which then counts like the token that it holds (docs/security.md).
namespace shaman::http {

/// The token in the request's cookie. Empty: the request has none. Several cookies at once are no
/// token: another program on this host has set one of them.
[[nodiscard]] std::string login_of(const Exchange& exchange);

/// For an admitted request whose address contains a token: redirects to the page without the token,
/// and sets the cookie; 403 if a page of another origin has opened it. Nothing: the address is not
/// a page of a Manager's web interface.
[[nodiscard]] std::optional<Response> log_in(const Exchange& exchange);

/// A header line that makes the browser forget the cookie.
[[nodiscard]] std::string forget_login(const Exchange& exchange);

}  // namespace shaman::http
