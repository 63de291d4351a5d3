// SPDX-License-Identifier: GPL-3.0-or-later
#include <optional>

#include "base/json_writer.hpp"
#include "protocol/parameters.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// For clients that can resume an upload: the offset at which it would continue, without
// interrupting a client that sends it.
struct Found {
  BlobStatus status = BlobStatus::unknown;
  std::optional<std::uint64_t> held;
};

result<Found> look(Store& store, const BlobId& id, const Requester& requester) {
  const auto status = store.status(id, requester);
  if (!status) return status.error();
  Found found{*status, std::nullopt};
  if (*status == BlobStatus::stored) return found;
  const auto held = store.peek_held(id, requester);
  if (!held) return held.error();
  found.held = held.value();
  return found;
}

// Nothing if that would take more than a short look.
result<std::optional<Found>> look_at_once(const Exchange& exchange, const BlobId& id) {
  InlineLookupPolicy& looks = exchange.services.looks;
  if (!looks.may_be_taken_here()) return std::optional<Found>();
  const InlineLookupPolicy::Look look(looks);
  const auto status = exchange.services.store.status_at_once(id, exchange.requester);
  if (!status) return status.error();
  if (!*status) return std::optional<Found>();
  return std::optional(Found{**status, std::nullopt});
}

Response status_json(const Found& found) {
  std::string out;
  {
    JsonObject object(out);
    object.text("status", to_string(found.status));
    if (found.held) object.number("offset", *found.held);
  }
  return Response::json(std::move(out));
}

}  // namespace

Task<Response> get_file_status(Exchange& exchange) {
  const auto id = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!id) co_return Response::error(id.error());
  const auto at_once = look_at_once(exchange, *id);
  if (!at_once) co_return Response::error(at_once.error());
  if (*at_once) co_return status_json(**at_once);
  Store& store = exchange.services.store;
  const auto found = co_await run_on(exchange.services.pools.quick, exchange.connection,
                                     [&] { return look(store, *id, exchange.requester); });
  if (!found) co_return Response::error(found.error());
  co_return status_json(*found);
}

}  // namespace shaman::http
