// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/read_json_body.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "shaman/units.hpp"

#include "server/content_coding.hpp"

namespace shaman::http {
namespace {

// Every request gets up to this much from a separate budget, so that small ones never wait for
// large ones.
constexpr std::size_t kFirstShare = 256 * 1024;
// With as much as this on top for decoding a body: enough for the window of a small request.
constexpr std::uint64_t kFirstDecoding = 704 * 1024;
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
Task<bool> reserve(Exchange& exchange, FairBudget& budget, std::uint64_t bytes) {
  auto grant = co_await exchange.connection.acquire(budget, bytes, Connection::TakenBack::yes);
  if (!grant) co_return false;
  exchange.grants.push_back(*std::move(grant));
  co_return true;
}

Response failed(const Exchange& exchange) {
  return exchange.connection.gave_way() ? no_memory(exchange)
                                        : response_to_failed_body(exchange.body);
}

// A coding's checksum is behind its content.
Task<std::optional<Response>> check_end(Exchange& exchange) {
  if (!exchange.body.is_encoded()) co_return std::nullopt;
  std::array<char, 1> none;
  static_cast<void>(co_await exchange.body.read(none));
  if (exchange.body.failure() == RequestBody::Failure::none) co_return std::nullopt;
  co_return failed(exchange);
}

}  // namespace

Task<std::optional<Response>> set_aside_for_json(Exchange& exchange, std::size_t bytes) {
  const Services& services = exchange.services;
  const bool is_small = bytes <= kFirstShare;
  if (!co_await reserve(exchange, is_small ? services.json_first : services.json_rest, bytes))
    co_return no_memory(exchange);
  co_return std::nullopt;
}

Task<std::optional<Response>> read_json_body(Exchange& exchange, JsonBody& body) {
  const Services& services = exchange.services;
  const std::size_t limit = exchange.options.limits.json_bytes;
  exchange.discard_limit = 2 * limit;
  if (auto refused = accept_coding(exchange, Codings::of_json)) co_return std::move(refused);
  if (exchange.head.content_length.value_or(0) > limit) co_return too_large(exchange);
  const bool is_known = co_await exchange.body.learn_content();
  if (!is_known) co_return failed(exchange);
  const std::optional<std::uint64_t> length = exchange.body.content_length();
  if (length.value_or(0) > limit) co_return too_large(exchange);
  const std::uint64_t decoding = exchange.body.decoding_memory();
  const bool decodes_at_first = decoding <= kFirstDecoding;
  const std::uint64_t first = std::min<std::uint64_t>(length.value_or(kFirstShare), kFirstShare) +
                              (decodes_at_first ? decoding : 0);
  if (!co_await reserve(exchange, services.json_first, first)) co_return no_memory(exchange);

  bool has_rest = false;
  std::size_t received = 0;
  const std::size_t expected = static_cast<std::size_t>(length.value_or(0));
  for (;;) {
    const bool wants_rest = std::max(expected, received) > kFirstShare || !decodes_at_first;
    if (wants_rest && !has_rest) {
      const std::uint64_t whole = length.value_or(limit) + (decodes_at_first ? 0 : decoding);
      has_rest = co_await reserve(exchange, services.json_rest, whole);
      if (!has_rest) co_return no_memory(exchange);
      exchange.body.require_rate(exchange.connection.timeouts().json_min_rate);
    }
    JsonBody::Part part;
    const std::size_t room =
        length ? std::min(JsonBody::kPiece, expected - received) : JsonBody::kPiece;
    if (room == 0) co_return co_await check_end(exchange);
    part.memory.reset(new char[room]);
    while (part.length < room) {
      const std::size_t got =
          co_await exchange.body.read({part.memory.get() + part.length, room - part.length});
      if (got == 0) break;
      part.length += got;
    }
    received += part.length;
    const bool ended = part.length < room;
    if (received > limit) co_return too_large(exchange);
    if (part.length > 0) body.add(std::move(part));
    if (exchange.body.failure() != RequestBody::Failure::none) co_return failed(exchange);
    if (ended) co_return std::nullopt;
  }
}

}  // namespace shaman::http
