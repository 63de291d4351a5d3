// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/calls/uploads/upload_steps.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <variant>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "async/one_shot.hpp"
#include "server/calls/uploads/turns.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// A claim that is freed but taken again at once must not cause a busy loop.
constexpr std::chrono::milliseconds kBetweenClaims{20};

// The state of a turn on the disk pool; shared, so that it outlives any failure of the coroutine.
struct Turn {
  const SharedUpload upload;
  std::uint64_t skip;
  Piece piece;
};

// Receives, hashes and writes in one thread while the client keeps up: passing a piece to another
// thread costs two wakes and a cold cache (docs/design/0010).
result<void> take_turn(RequestBody& body, Turn& turn) {
  for (std::uint64_t taken = 0; taken < kTurnBytes; taken += turn.piece.length()) {
    turn.piece.set_length(body.take(turn.piece.room()));
    if (turn.piece.length() == 0) break;
    const std::size_t held = std::min<std::uint64_t>(turn.skip, turn.piece.length());
    turn.skip -= held;
    const auto written = turn.upload->write(turn.piece.content().subspan(held));
    if (!written || turn.upload->is_superseded()) return written;
    std::this_thread::yield();
  }
  return {};
}

}  // namespace

Task<result<void>> receive_body(Exchange& exchange, const SharedUpload& upload,
                                std::uint64_t skip) {
  const auto turn = std::make_shared<Turn>(Turn{upload, skip, {}});
  for (;;) {
    turn->piece = co_await exchange.body.next_room(exchange.services.upload_buffers);
    if (!turn->piece) co_return result<void>();
    auto work = [turn, &body = exchange.body]() {
      auto taken = take_turn(body, *turn);
      turn->piece = Piece();
      return taken;
    };
    const auto taken =
        co_await run_on(exchange.services.pools.disk, exchange.connection, std::move(work));
    if (!taken || upload->is_superseded()) co_return taken;
  }
}

// From time to time the claim is requested again even without a wake: that shows the store that a
// client still waits.
Task<> wait_for_claim(Exchange& exchange, const BlobId& id) {
  Connection& connection = exchange.connection;
  const auto begin = Clock::now();
  const auto waiter =
      exchange.services.store.when_released(id, connection.event().waker(), exchange.requester);
  co_await connection.event().wait(begin + connection.timeouts().work / 4);
  if (!connection.is_lost() && Clock::now() - begin < kBetweenClaims)
    co_await connection.event().wait(begin + kBetweenClaims);
}

Task<std::optional<Response>> answer_or_wait(Exchange& exchange, const BlobId& id,
                                             const BeginResult& begun) {
  if (std::holds_alternative<AlreadyStored>(begun)) co_return Response::empty(208);
  if (std::holds_alternative<Deferred>(begun))
    co_return Response::error(
        425, "another client is uploading this file; upload your other files first");
  co_await wait_for_claim(exchange, id);
  if (exchange.connection.is_lost()) co_return client_is_gone();
  co_return std::nullopt;
}

std::optional<Response> refuse_too_large(const Exchange& exchange, const BlobId& id) {
  const std::uint64_t most = exchange.options.limits.file_bytes;
  if (id.size <= most) return std::nullopt;
  return Response::error(413, "this server takes files of at most " + units::size_text(most));
}

Task<result<void>> commit_upload(Exchange& exchange, const SharedUpload& upload) {
  const OneShot<result<void>> committed(exchange.connection.strand());
  auto tell = [told = committed](result<void> outcome) mutable { told.set(std::move(outcome)); };
  {
    const WorkerPool::OnBehalfOf scope(exchange.connection.client());
    exchange.services.store.commit(std::move(*upload), std::move(tell));
  }
  co_return co_await committed.get();
}

Task<> drop_upload(Exchange& exchange, const SharedUpload& upload) {
  auto drop = [upload] {
    const Upload dropped = std::move(*upload);
    return true;
  };
  co_await run_on(exchange.services.pools.disk, exchange.connection, std::move(drop));
}

Response response_to_cut_upload(Exchange& exchange, const Upload& upload) {
  exchange.note = "of " + text::count_of(upload.id().size, "byte", "bytes") + ", " +
                  std::to_string(upload.received()) + " had arrived";
  return response_to_failed_body(exchange.body);
}

Response client_is_gone() {
  Response gone;
  gone.status = 503;
  gone.unheard = true;
  return gone;
}

}  // namespace shaman::http
