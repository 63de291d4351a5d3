// SPDX-License-Identifier: GPL-3.0-or-later
// Many small files in one request (docs/protocol.md).
#include <memory>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "server/calls/uploads/batch_reader.hpp"
#include "server/content_coding.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

using SharedReader = std::shared_ptr<BatchReader>;

constexpr std::chrono::seconds kLookAgainForClaim{1};
// The results of 10,000 files, and the answer with them.
constexpr std::uint64_t kAnswerBytes = std::uint64_t{2} << 20;

// Waits until at most this many files wait for the disk.
Task<> wait_for_disk(Connection& connection, const BatchOutcome& outcome, std::size_t most) {
  connection.enter_working();
  while (outcome.pending() > most)
    co_await connection.event().wait(Clock::now() + kLookAgainForClaim);
}

// Takes the piece's files, as many at a time as may wait for the disk.
Task<result<void>> store_piece(Exchange& exchange, const SharedReader& reader,
                               const BatchOutcome& outcome, const BatchLimits& limits,
                               std::shared_ptr<Piece> piece) {
  std::size_t taken = 0;
  while (taken < piece->length()) {
    auto take = [reader, piece, taken] { return reader->take(piece->content().subspan(taken)); };
    const auto length =
        co_await run_on(exchange.services.pools.disk, exchange.connection, std::move(take));
    if (!length) co_return length.error();
    taken += *length;
    if (taken < piece->length())
      co_await wait_for_disk(exchange.connection, outcome, limits.commits_at_once / 2);
  }
  co_return result<void>();
}

}  // namespace

Task<Response> post_batch(Exchange& exchange) {
  const BatchLimits limits;
  exchange.discard_limit = limits.files * limits.file_bytes;
  if (auto refused = accept_coding(exchange, Codings::of_files)) co_return *std::move(refused);
  if (auto failed = co_await reserve_for_decoding(exchange, kAnswerBytes))
    co_return *std::move(failed);
  const auto outcome = std::make_shared<BatchOutcome>(exchange.connection.event().waker());
  const auto reader =
      std::make_shared<BatchReader>(exchange.services.store, exchange.requester, limits, outcome);

  result<void> done;
  for (;;) {
    auto piece = std::make_shared<Piece>();
    *piece = co_await exchange.body.next(exchange.services.upload_buffers);
    if (!*piece) break;
    done = co_await store_piece(exchange, reader, *outcome, limits, std::move(piece));
    if (!done) break;
  }
  const bool is_broken = exchange.body.failure() != RequestBody::Failure::none;
  auto end = [reader] { return reader->end(); };
  const auto ended =
      co_await run_on(exchange.services.pools.disk, exchange.connection, std::move(end));
  co_await wait_for_disk(exchange.connection, *outcome, 0);
  if (is_broken) co_return response_to_failed_body(exchange.body);
  if (!done) co_return Response::error(done.error());
  if (!ended) co_return Response::error(ended.error());
  if (const std::string why = outcome->why_full(); !why.empty())
    spdlog::warn("files of a batch were refused (507): {}", text::escape(why));
  co_return Response::json(outcome->json());
}

}  // namespace shaman::http
