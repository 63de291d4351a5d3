// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "http/response.hpp"
#include "server/exchange.hpp"

/// Browsers can give no token with what a page loads. `http://host/~TOKEN/` in the address bar sets
/// a cookie once, which then counts like the token that it holds (docs/security.md).
namespace shaman::http {

/// What the request's cookie gives in place of a token. Empty: the request has none. Several at
/// once are no token at all: some other program on this host has set one of them.
[[nodiscard]] std::string login_of(const Exchange& exchange);

/// For an admitted request whose address holds a token: the page is opened without it, with the
/// cookie; 403 where a page of another origin has opened it. Nothing: this request is no page of a
/// Manager's web interface.
[[nodiscard]] std::optional<Response> log_in(const Exchange& exchange);

/// A header line that makes the browser forget the cookie.
[[nodiscard]] std::string forget_login(const Exchange& exchange);

}  // namespace shaman::http
