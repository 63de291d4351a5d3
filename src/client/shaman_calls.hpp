// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "shaman/client/server_info.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"

#include "backoff.hpp"
#include "http_connection.hpp"
#include "wire.hpp"

namespace shaman::client {

/// How often a call is made before its failure is believed.
struct Patience {
  Backoff backoff;
  unsigned attempts = 8;
  bool retries_internal_error = true;  ///< 500; what stands in front of a server says 502 to 504
};

/// For the first call of all, where waiting would only hide a wrong address.
inline constexpr Patience kShortPatience{
    {std::chrono::milliseconds(200), std::chrono::milliseconds(1'000)}, 3};

/// Sends the request until it is answered by something that does not ask to come back later; the
/// last answer or error where it never is.
[[nodiscard]] boost::asio::awaitable<result<HttpResponse>> exchange_patiently(
    HttpConnection& connection, const HttpRequest& request, Patience patience);

/// GET …/shaman/info, and where there is none, what a Flamenco Manager tells of itself.
[[nodiscard]] boost::asio::awaitable<result<ServerInfo>> identify(HttpConnection& connection);

/// POST …/checkout/requirements. What is not stored, each blob once.
[[nodiscard]] boost::asio::awaitable<result<std::vector<Required>>> ask_requirements(
    HttpConnection& connection, const FileList& files);

/// POST …/checkout/create. The path that the checkout got. errc::blobs_missing when the server may
/// have lost a blob since it was asked.
[[nodiscard]] boost::asio::awaitable<result<std::string>> create_checkout(
    HttpConnection& connection, const FileList& files, std::string_view path,
    std::string_view idempotency_key);

}  // namespace shaman::client
