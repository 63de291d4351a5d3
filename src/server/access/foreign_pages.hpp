// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "http/response.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// How a request shows who sends it, where the browser adds that by itself, whatever page asks.
enum class BrowserAdds : std::uint8_t {
  cookie,
  network_or_certificate,
};

/// Whether the request comes from a page of an origin that may make calls (cors-origins). Of two
/// Origin headers neither is believed.
[[nodiscard]] bool is_from_allowed_page(const Exchange& exchange);

/// Whether a page of another origin has led the window here, as far as the browser tells. A link in
/// a window is no such page's request, but nobody should be logged in by one.
[[nodiscard]] bool is_led_by_foreign_page(const Exchange& exchange);

/// 403 for a request that a page of another origin has made with the rights of the person in front
/// of the browser. `needed` is the role that the call needs. A link may lead a window to a page,
/// but to no call that only admins may make: some of these do something.
[[nodiscard]] std::optional<Response> refuse_foreign_page(const Exchange& exchange,
                                                          BrowserAdds what, auth::Role needed);

}  // namespace shaman::http
