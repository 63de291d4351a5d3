// SPDX-License-Identifier: GPL-3.0-or-later
// A file as the difference from a stored one (docs/protocol.md).
#include "protocol/delta.hpp"

#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "protocol/names.hpp"
#include "protocol/parameters.hpp"
#include "server/calls/uploads/assembly.hpp"
#include "server/calls/uploads/turns.hpp"
#include "server/calls/uploads/upload_steps.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// A packed part, and its content.
constexpr std::uint64_t kMemory = 2 * protocol::kMostUnpacked;

// The state of an assembly on the disk pool; shared, so that it outlives any failure of the
// coroutine.
struct Turn {
  Assembly assembly;
  Piece piece{};
  std::span<const std::byte> unread{};  // of the piece

  [[nodiscard]] bool needs_body() const { return unread.empty() && !assembly.has_range(); }
};

result<void> take_turn(RequestBody& body, Turn& turn) {
  for (std::uint64_t made = 0; made < kTurnBytes;) {
    if (turn.needs_body()) {
      turn.piece.set_length(body.take(turn.piece.room()));
      turn.unread = turn.piece.content();
      if (turn.unread.empty()) break;
    }
    const auto step = turn.assembly.step(turn.unread);
    if (!step) return step.error();
    if (turn.assembly.upload().is_superseded()) break;
    made += *step;
    std::this_thread::yield();
  }
  return {};
}

Task<result<void>> assemble(Exchange& exchange, const std::shared_ptr<Turn>& turn) {
  for (;;) {
    // A piece is held while its bytes wait for the disk, never while the client is waited for.
    if (turn->needs_body()) {
      turn->piece = co_await exchange.body.next_room(exchange.services.upload_buffers);
      if (!turn->piece) co_return result<void>();
    }
    exchange.connection.enter_working();
    auto work = [turn, &body = exchange.body] {
      auto taken = take_turn(body, *turn);
      if (!taken || turn->needs_body()) turn->piece = Piece();
      return taken;
    };
    const auto taken =
        co_await run_on(exchange.services.pools.disk, exchange.connection, std::move(work));
    if (!taken || turn->assembly.upload().is_superseded() || exchange.connection.is_lost())
      co_return taken;
  }
}

std::string cannot_be_used(const BlobId& base) {
  return "the base of the delta, blob " + base.brief() +
         ", is not stored for this client, or cannot be read: send the file whole";
}

Response response_to(const Error& error, const Assembly& assembly) {
  if (assembly.base_failure()) {
    spdlog::error("the base of a delta: {}", text::escape(assembly.base_failure()->message()));
    return Response::error(409, cannot_be_used(assembly.base()));
  }
  return Response::error(error);
}

// Returns nothing if the upload is complete.
Task<std::optional<Response>> receive(Exchange& exchange, const std::shared_ptr<Turn>& turn) {
  Assembly& assembly = turn->assembly;
  const auto assembled = co_await assemble(exchange, turn);
  if (!assembled) co_return response_to(assembled.error(), assembly);
  if (assembly.upload().is_superseded()) co_return Response::empty(208);
  if (exchange.connection.is_lost()) co_return client_is_gone();
  if (exchange.body.failure() != RequestBody::Failure::none)
    co_return response_to_cut_upload(exchange, assembly.upload());
  if (const auto ended = assembly.end(); !ended) co_return Response::error(ended.error());
  co_return std::nullopt;
}

// A claimed upload, with the base of its delta.
struct Begun {
  BeginResult upload;
  std::optional<StoredBlob> base{};
};

result<Begun> begin(Exchange& exchange, const BlobId& id, const BlobId& base) {
  Store& store = exchange.services.store;
  const bool can_defer = is_yes(exchange.head.header(protocol::kCanDefer));
  auto upload = store.begin_upload(id, can_defer, exchange.requester);
  if (!upload) return upload.error();
  Begun begun{std::move(*upload)};
  if (!std::holds_alternative<Upload>(begun.upload)) return begun;
  // Open from here on: it may be collected meanwhile.
  auto opened = store.open_blob(base, exchange.requester);
  if (!opened) return opened.error();
  begun.base = std::move(*opened);
  return begun;
}

Task<Response> receive_and_commit(Exchange& exchange, const SharedUpload& upload, StoredBlob base) {
  const auto turn = std::make_shared<Turn>(Turn{Assembly(upload, std::move(base))});
  auto failed = co_await receive(exchange, turn);
  const Assembly& assembly = turn->assembly;
  if (failed) {
    co_await drop_upload(exchange, upload);
    co_return *std::move(failed);
  }
  exchange.note = "of " + units::size_text(assembly.upload().id().size) + ", " +
                  units::size_text(assembly.copied()) + " were copied from blob " +
                  assembly.base().brief();
  const auto committed = co_await commit_upload(exchange, upload);
  if (committed) co_return Response::empty(204);
  if (committed.error().code == errc::content_mismatch && assembly.copied() > 0)
    co_return Response::error(417, "the delta and its base, blob " + assembly.base().brief() +
                                       ", do not result in the file: the base may be damaged "
                                       "on the server, or the client may have another one; send "
                                       "the file whole");
  co_return Response::error(committed.error());
}

std::optional<Response> refuse_early(const Exchange& exchange, const BlobId& id) {
  if (auto refusal = refuse_too_large(exchange, id)) return refusal;
  if (exchange.head.content_length.value_or(0) > protocol::longest_delta(id.size))
    return Response::error(400, "the delta is longer than a valid delta for a file of " +
                                    text::count_of(id.size, "byte", "bytes") + " can be");
  return std::nullopt;
}

}  // namespace

Task<Response> store_delta(Exchange& exchange, const BlobId& id) {
  const auto base = protocol::parse_delta_base(exchange.head.header_list(protocol::kDeltaBase));
  if (!base) co_return Response::error(base.error());
  exchange.discard_limit = protocol::longest_delta(id.size);
  if (auto refusal = refuse_early(exchange, id)) co_return *std::move(refusal);

  // Before the claim, for which others may wait.
  auto memory = co_await exchange.connection.acquire(exchange.services.json_rest, kMemory,
                                                     Connection::TakenBack::yes);
  if (!memory) co_return Response::error(503, "too many large requests at once: try again later");
  exchange.grants.push_back(*std::move(memory));
  for (;;) {
    exchange.connection.enter_working();
    auto begun = co_await run_on(exchange.services.pools.quick, exchange.connection,
                                 [&] { return begin(exchange, id, *base); });
    if (!begun) co_return Response::error(begun.error());
    if (auto* const upload = std::get_if<Upload>(&begun->upload)) {
      const auto shared = std::make_shared<Upload>(std::move(*upload));
      if (begun->base)
        co_return co_await receive_and_commit(exchange, shared, *std::move(begun->base));
      co_await drop_upload(exchange, shared);
      co_return Response::error(409, cannot_be_used(*base));
    }
    if (auto answer = co_await answer_or_wait(exchange, id, begun->upload))
      co_return *std::move(answer);
  }
}

}  // namespace shaman::http
