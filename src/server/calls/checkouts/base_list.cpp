// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/calls/checkouts/base_list.hpp"

#include <utility>

#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// The same for what is not there and for what is somebody else's.
Response not_a_base() {
  return Response::error(
      412,
      "the base is not a checkout that you made, or the changes to it do not give"
      " the stated list: send all files");
}

Response refusal(const Error& error) {
  const bool is_no_base = error.code == errc::not_found || error.code == errc::access_denied;
  return is_no_base ? not_a_base() : Response::error(error);
}

result<bool> apply_to(const CheckoutContent& base, FilesRequest& request, std::size_t max_files) {
  auto files = protocol::apply(base.files, *request.difference);
  if (!files) return false;
  // As for a list that was sent whole.
  if (files->size() > max_files)
    return Error{errc::too_large, "the request cannot be used: it names more than " +
                                      std::to_string(max_files) + " files"};
  request.files = *std::move(files);
  request.difference.reset();
  return true;
}

}  // namespace

Task<std::optional<Response>> complete_list(Exchange& exchange, FilesRequest& request) {
  if (!request.difference) co_return std::nullopt;
  if (exchange.body.content_read() > protocol::kLongestDifference) co_return not_a_base();
  // Who waits for memory holds none.
  exchange.grants.clear();
  Checkouts& checkouts = exchange.services.checkouts;
  WorkerPool& pool = exchange.services.pools.requests;
  const std::string& base = request.difference->base;
  const auto manifest = co_await run_on(
      pool, exchange.connection, [&] { return checkouts.manifest_of(base, exchange.requester); });
  if (!manifest) co_return refusal(manifest.error());
  if (manifest->size > exchange.options.limits.json_bytes) co_return not_a_base();
  if (auto refused =
          co_await set_aside_for_json(exchange, 2 * manifest->size + protocol::kLongestDifference))
    co_return std::move(refused);
  exchange.connection.enter_working();
  const auto done = co_await run_on(pool, exchange.connection, [&]() -> result<bool> {
    const auto content = checkouts.content_of(base, exchange.requester);
    if (!content) return content.error();
    return apply_to(*content, request, exchange.options.limits.json_files);
  });
  if (!done) co_return refusal(done.error());
  if (!*done) co_return not_a_base();
  co_return std::nullopt;
}

}  // namespace shaman::http
