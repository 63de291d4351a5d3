// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "shaman/client/checkouts.hpp"
#include "shaman/client/progress.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"

#include "http/client/http_connection.hpp"
#include "http/client/retries.hpp"
#include "protocol/list_difference.hpp"
#include "protocol/wire.hpp"

namespace shaman::client {

/// GET …/shaman/info or, if the server does not have it, a Flamenco Manager's version and settings.
[[nodiscard]] boost::asio::awaitable<result<ServerInfo>> identify(HttpConnection& connection);

/// errc::access_denied: this client may send what it has rendered, but have no checkout made.
[[nodiscard]] result<void> check_may_submit(const ServerInfo& server);

/// The same; errc::protocol_error: the server takes no submission, because it is another program,
/// or a Flamenco Manager without its Shaman.
[[nodiscard]] result<void> check_takes_submissions(const ServerInfo& server, const BaseUrl& url);

/// How lists of files go to a server.
struct ListSending {
  bool can_compress = false;  ///< the server decodes compressed bodies
  /// Of the whole list of the checkout, on both calls: sent in place of the files; null: none.
  const protocol::ListDifference* difference = nullptr;
  /// Set if the server does not take the difference. The whole list was sent then.
  bool* is_base_refused = nullptr;
};

/// POST …/checkout/requirements. Returns the blobs that are not stored, each once.
[[nodiscard]] boost::asio::awaitable<result<std::vector<Required>>> ask_requirements(
    HttpConnection& connection, const FileList& files, ListSending how,
    Progress* progress = nullptr);

/// The address of a checkout below a call's.
[[nodiscard]] std::string checkout_address(std::string_view call, std::string_view path);
/// The error of an answer about one checkout; `what` names the failed action.
[[nodiscard]] Error checkout_refusal(const std::string& what, const std::string& checkout,
                                     const HttpResponse& answer);

/// GET …/checkouts: list_checkouts() on an open connection.
[[nodiscard]] boost::asio::awaitable<result<CheckoutList>> ask_checkouts(
    HttpConnection& connection);

/// POST …/checkout/{path}/outputs. errc::blobs_missing: as for create_checkout();
/// errc::not_found: there is no such checkout.
[[nodiscard]] boost::asio::awaitable<result<void>> add_outputs(HttpConnection& connection,
                                                               const std::string& checkout,
                                                               const FileList& files,
                                                               Progress* progress = nullptr);

/// The request for a checkout.
struct CheckoutWish {
  std::string path;
  std::string idempotency_key;
  bool may_reuse = false;  ///< the server may return an existing unchanged one
};
struct CheckoutAnswer {
  std::string path;  ///< the path that it got
  bool is_reused = false;
};

/// POST …/checkout/create. errc::blobs_missing if the server may have lost a blob since the
/// requirements call.
[[nodiscard]] boost::asio::awaitable<result<CheckoutAnswer>> create_checkout(
    HttpConnection& connection, const FileList& files, const CheckoutWish& wish, ListSending how,
    Progress* progress = nullptr);

}  // namespace shaman::client
