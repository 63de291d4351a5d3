// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "shaman/client/progress.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"

#include "http/client/http_connection.hpp"
#include "http/client/retries.hpp"
#include "protocol/wire.hpp"

namespace shaman::client {

/// GET …/shaman/info, and where there is none, what a Flamenco Manager tells of itself.
[[nodiscard]] boost::asio::awaitable<result<ServerInfo>> identify(HttpConnection& connection);

/// POST …/checkout/requirements. What is not stored, each blob once.
[[nodiscard]] boost::asio::awaitable<result<std::vector<Required>>> ask_requirements(
    HttpConnection& connection, const FileList& files, Progress* progress = nullptr);

/// What a checkout is to be.
struct CheckoutWish {
  std::string path;
  std::string idempotency_key;
  bool may_reuse = false;  ///< an unchanged one that is there already will do
};
struct CheckoutAnswer {
  std::string path;  ///< that it got
  bool is_reused = false;
};

/// POST …/checkout/create. errc::blobs_missing when the server may have lost a blob since it was
/// asked.
[[nodiscard]] boost::asio::awaitable<result<CheckoutAnswer>> create_checkout(
    HttpConnection& connection, const FileList& files, const CheckoutWish& wish,
    Progress* progress = nullptr);

}  // namespace shaman::client
