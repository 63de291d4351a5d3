// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "http/response.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// The kind of evidence that a browser adds to a request itself, whichever page sends it.
enum class BrowserAdds : std::uint8_t {
  cookie,
  network_or_certificate,
};

/// Whether a page of an allowed origin (cors-origins) sent the request. If there are two Origin
/// headers, neither counts.
[[nodiscard]] bool is_from_allowed_page(const Exchange& exchange);

/// Whether a page of another origin has led the window here, as far as the browser reports it. A
/// link in a window does not count as that page's request, but must not log a user in.
[[nodiscard]] bool is_led_by_foreign_page(const Exchange& exchange);

/// 403 for a request that a page of another origin has sent with the rights of the browser's user.
/// `needed` is the role that the call needs. A link may lead a window to a page, but not to a call
/// for admins only: some of these change something.
[[nodiscard]] std::optional<Response> refuse_foreign_page(const Exchange& exchange,
                                                          BrowserAdds what, auth::Role needed);

}  // namespace shaman::http
