// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collect_json.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "shaman/units.hpp"

namespace shaman::http {
namespace {

// Every request gets up to this much from a separate budget, so that small ones never wait for
// large ones.
constexpr std::size_t kFirstShare = 256 * 1024;
// In seconds. By then the earlier requests have their answers.
constexpr unsigned kRetryAfter = 5;

Response too_large(const Exchange& exchange) {
  return Response::error(413, "a request of this kind may have at most " +
                                  units::size_text(exchange.options.limits.json_bytes));
}

Response no_memory(const Exchange& exchange) {
  Response response = Response::error(
      503, "memory for JSON requests is short, and other clients have less of it: try again later");
  response.retry_after = kRetryAfter;
  response.unheard = exchange.connection.is_lost();
  response.close = true;
  return response;
}

// A request that holds part of the second budget never waits for more of it, so there is no
// deadlock. A request that waits for it may lose its part of the first budget.
Task<bool> reserve(Exchange& exchange, FairBudget& budget, std::size_t bytes) {
  auto grant = co_await exchange.connection.acquire(budget, bytes, Connection::TakenBack::yes);
  if (!grant) co_return false;
  exchange.grants.push_back(*std::move(grant));
  co_return true;
}

}  // namespace

Task<std::optional<Response>> set_aside_for_json(Exchange& exchange, std::size_t bytes) {
  const Services& services = exchange.services;
  const bool is_small = bytes <= kFirstShare;
  if (!co_await reserve(exchange, is_small ? services.json_first : services.json_rest, bytes))
    co_return no_memory(exchange);
  co_return std::nullopt;
}

Task<std::optional<Response>> collect_json(Exchange& exchange, JsonBody& body) {
  const Services& services = exchange.services;
  const std::size_t limit = exchange.options.limits.json_bytes;
  const std::uint64_t declared = exchange.head.content_length.value_or(0);
  exchange.discard_limit = 2 * limit;
  if (declared > limit) co_return too_large(exchange);
  const std::size_t first =
      exchange.head.is_chunked
          ? kFirstShare
          : static_cast<std::size_t>(std::min<std::uint64_t>(declared, kFirstShare));
  if (!co_await reserve(exchange, services.json_first, first)) co_return no_memory(exchange);

  bool has_rest = false;
  std::size_t received = 0;
  std::size_t expected = exchange.head.is_chunked ? 4096 : static_cast<std::size_t>(declared);
  for (;;) {
    const bool wants_rest = std::max(expected, received) > kFirstShare;
    if (wants_rest && !has_rest) {
      const std::size_t whole = exchange.head.is_chunked ? limit : expected;
      has_rest = co_await reserve(exchange, services.json_rest, whole);
      if (!has_rest) co_return no_memory(exchange);
      exchange.body.require_rate(exchange.connection.timeouts().json_min_rate);
    }
    JsonBody::Part part;
    const std::size_t room = exchange.head.is_chunked
                                 ? JsonBody::kPiece
                                 : std::min(JsonBody::kPiece, expected - received);
    if (room == 0) co_return std::nullopt;
    part.memory.reset(new char[room]);
    while (part.length < room) {
      const std::size_t length =
          co_await exchange.body.read({part.memory.get() + part.length, room - part.length});
      if (length == 0) break;
      part.length += length;
    }
    received += part.length;
    const bool ended = part.length < room;
    if (received > limit) co_return too_large(exchange);
    if (part.length > 0) body.add(std::move(part));
    if (exchange.body.failure() != RequestBody::Failure::none)
      co_return exchange.connection.gave_way() ? no_memory(exchange)
                                               : response_to_failed_body(exchange.body);
    if (ended) co_return std::nullopt;
  }
}

}  // namespace shaman::http
