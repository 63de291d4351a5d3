// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "protocol/parameters.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// Two paths of checkouts are also those of calls. If there is no such checkout, the client probably
// used the wrong method for the call.
bool is_call(std::string_view path) {
  return path == "requirements" || path == "create";
}

Response not_allowed() {
  Response response =
      Response::error(405, "this address accepts POST; there is no checkout with its name");
  response.allow = "POST, DELETE, OPTIONS";
  return response;
}

}  // namespace

Task<Response> delete_checkout(Exchange& exchange) {
  exchange.connection.enter_working();
  exchange.checkout = path_of(exchange.parameters);
  const std::string& path = exchange.checkout;
  Checkouts& checkouts = exchange.services.checkouts;
  const auto erased = co_await run_on(exchange.services.pools.requests, exchange.connection,
                                      [&] { return checkouts.erase(path, exchange.requester); });
  if (!erased && erased.error().code == errc::not_found && is_call(path)) co_return not_allowed();
  if (!erased) co_return Response::error(erased.error());
  ++exchange.services.figures.calls.checkouts_erased;
  co_return Response::empty(204);
}

}  // namespace shaman::http
