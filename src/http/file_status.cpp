// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/handlers.hpp"
#include "http/json_writer.hpp"
#include "http/parameters.hpp"
#include "http/run_on.hpp"

namespace shaman::http {
namespace {

Response status_json(BlobStatus status) {
  std::string out;
  JsonObject(out).text("status", to_string(status));
  return Response::json(std::move(out));
}

}  // namespace

Task<Response> get_file_status(Exchange& exchange) {
  const auto id = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!id) co_return Response::error(id.error());
  Store& store = exchange.services.store;
  const auto status = co_await run_on(exchange.services.pools.quick, exchange.connection.strand(),
                                      [&store, &id] { return store.status(*id); });
  if (!status) co_return Response::error(status.error());
  co_return status_json(*status);
}

}  // namespace shaman::http
