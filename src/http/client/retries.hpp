// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "shaman/client/progress.hpp"
#include "shaman/error.hpp"

#include "http/client/backoff.hpp"
#include "http/client/http_connection.hpp"

namespace shaman::client {

/// How often a call is tried before its failure counts.
struct Patience {
  Backoff backoff;
  unsigned attempts = 8;
  /// All attempts together, with connecting; none: as long as each may take.
  std::optional<std::chrono::milliseconds> within;
  bool retries_internal_error = true;  ///< 500; a proxy in front of a server sends 502 to 504
};

/// For small calls after the first one.
inline constexpr Patience kShortPatience{
    {std::chrono::milliseconds(200), std::chrono::milliseconds(1'000)}, 3, std::nullopt};
/// For the very first call, where waiting would only hide a wrong address or a dead server.
inline constexpr Patience kFirstContact{
    {std::chrono::milliseconds(200), std::chrono::milliseconds(1'000)},
    3,
    std::chrono::milliseconds(10'000)};

/// Sends the request until it gets an answer that does not request a retry; else returns the last
/// answer or error. errc::unreachable after patience.within. `progress`, if not null, shows
/// meanwhile that the server is away.
[[nodiscard]] boost::asio::awaitable<result<HttpResponse>> exchange_patiently(
    HttpConnection& connection, const HttpRequest& request, Patience patience,
    Progress* progress = nullptr);

}  // namespace shaman::client
