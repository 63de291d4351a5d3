// SPDX-License-Identifier: GPL-3.0-or-later
// Files that the server reads itself, from a folder that clients see, too (docs/protocol.md).
#include "protocol/ingest.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "shaman/text.hpp"

#include "protocol/names.hpp"
#include "protocol/parameters.hpp"
#include "server/calls/uploads/intake.hpp"
#include "server/calls/uploads/turns.hpp"
#include "server/calls/uploads/upload_steps.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// The file that a client names, and its proof that it can read it.
struct Wish {
  BlobId id;
  std::string path;  ///< as clients see it
  Digest proof;
  protocol::IngestChallenge challenge;
};

result<Wish> wish_of(const Exchange& exchange, const BlobId& id) {
  auto path = protocol::parse_ingest_path(exchange.head.header_list(protocol::kIngestPath));
  if (!path) return path.error();
  const auto proof = Digest::from_hex(exchange.head.header_list(protocol::kIngestProof));
  if (!proof)
    return Error{errc::invalid_argument,
                 std::string(protocol::kIngestProof) + " must have 64 hex digits"};
  const Digest seed =
      protocol::ingest_seed(exchange.services.ingest_secret, exchange.requester.scope);
  return Wish{id, *std::move(path), *proof, {seed, id}};
}

// The same for whatever is wrong with the file: this call must not tell which files there are.
Response refusal() {
  return Response::error(
      409,
      "the server does not ingest this file: it is not in a folder that the server ingests "
      "from, it has another content there, or the proof is not that of its content; send the "
      "file");
}

Response file_changed() {
  return Response::error(417,
                         "the file changed while the server read it, or differs from the address: "
                         "send the file");
}

bool is_proven(const OutsideFile& file, const Wish& wish) {
  protocol::IngestProof proof(wish.challenge);
  std::array<std::byte, protocol::kProofRangeBytes> range;
  for (std::size_t i = 0; i < protocol::kProofRanges; ++i) {
    if (!file.read(wish.challenge.offset(i), range)) return false;
    proof.add_range(range);
  }
  return proof.finish() == wish.proof;
}

// For the log, which may say more than the answer.
struct Found {
  std::optional<OutsideFile> file{};
  std::string why_not = "it is not in a folder of ingest-from";
};

Found find(Store& store, const std::vector<IngestFolder>& folders, const Wish& wish) {
  Found found;
  for (const IngestFolder& folder : folders) {
    const std::optional<std::string_view> below = folder.below(wish.path);
    if (!below) continue;
    found.file = store.open_outside(folder.folder, *below);
    if (found.file && found.file->size() == wish.id.size && is_proven(*found.file, wish))
      return found;
    found.why_not = !found.file ? "the server finds no such regular file, or may not read it"
                                : "its size or content differs from what the client stated";
    found.file.reset();
  }
  return found;
}

result<void> take_ingest_turn(Intake& intake) {
  for (std::uint64_t taken = 0; taken < kTurnBytes && !intake.has_ended();) {
    const auto step = intake.step();
    if (!step) return step.error();
    if (intake.upload().is_superseded()) break;
    taken += *step;
    std::this_thread::yield();
  }
  return {};
}

// Returns nothing if the upload is complete.
Task<std::optional<Response>> take(Exchange& exchange, const std::shared_ptr<Intake>& intake,
                                   const Digest& proof) {
  while (!intake->has_ended()) {
    exchange.connection.enter_working();
    auto work = [intake] { return take_ingest_turn(*intake); };
    const auto taken =
        co_await run_on(exchange.services.pools.disk, exchange.connection, std::move(work));
    if (!taken && (intake->is_of_file() || taken.error().code == errc::content_mismatch))
      co_return file_changed();
    if (!taken) co_return Response::error(taken.error());
    if (intake->upload().is_superseded()) co_return Response::empty(208);
    if (exchange.connection.is_lost()) co_return client_is_gone();
  }
  if (intake->proof() != proof) co_return file_changed();
  co_return std::nullopt;
}

Task<Response> take_and_commit(Exchange& exchange, const Wish& wish, const SharedUpload& upload,
                               OutsideFile file) {
  const auto intake = std::make_shared<Intake>(upload, std::move(file), wish.challenge);
  if (auto failed = co_await take(exchange, intake, wish.proof)) {
    co_await drop_upload(exchange, upload);
    co_return *std::move(failed);
  }
  exchange.note = "ingested from " + text::in_quotes(wish.path) +
                  (intake->is_clone() ? ", whose blocks it shares" : "");
  const auto committed = co_await commit_upload(exchange, upload);
  if (committed) co_return Response::empty(204);
  if (committed.error().code == errc::content_mismatch) co_return file_changed();
  co_return Response::error(committed.error());
}

// The file's disk may be another one than the storage's, and hang: it must leave threads to others.
Task<bool> reserve_thread(Exchange& exchange) {
  auto grant = co_await exchange.connection.acquire(exchange.services.ingests, 1);
  if (!grant) co_return false;
  exchange.grants.push_back(*std::move(grant));
  co_return true;
}

std::optional<Response> refuse_ingest(const Exchange& exchange, const BlobId& id) {
  if (exchange.head.has_body())
    return Response::error(400, "a request to ingest a file has no body");
  if (auto refused = refuse_too_large(exchange, id)) return refused;
  if (exchange.options.access && exchange.principal.role < auth::Role::submit)
    return Response::error(403,
                           "a worker's files are not read from the server's folders: send the"
                           " file");
  if (exchange.options.ingest_from.empty() || id.size < protocol::kIngestFrom) return refusal();
  return std::nullopt;
}

}  // namespace

Task<Response> ingest_file(Exchange& exchange, const BlobId& id) {
  if (auto refused = refuse_ingest(exchange, id)) co_return *std::move(refused);
  const auto wish = wish_of(exchange, id);
  if (!wish) co_return Response::error(wish.error());
  if (!co_await reserve_thread(exchange))
    co_return Response::error(503, "too many files are being ingested: try again later");

  exchange.connection.enter_working();
  Store& store = exchange.services.store;
  auto found = co_await run_on(exchange.services.pools.disk, exchange.connection,
                               [&] { return find(store, exchange.options.ingest_from, *wish); });
  if (!found.file) {
    exchange.note = text::in_quotes(wish->path) + " is not ingested: " + found.why_not;
    co_return refusal();
  }
  const bool can_defer = is_yes(exchange.head.header(protocol::kCanDefer));
  for (;;) {
    exchange.connection.enter_working();
    auto begun = co_await run_on(exchange.services.pools.quick, exchange.connection, [&] {
      return store.begin_upload(id, can_defer, exchange.requester);
    });
    if (!begun) co_return Response::error(begun.error());
    if (auto* const upload = std::get_if<Upload>(&*begun)) {
      const auto shared = std::make_shared<Upload>(std::move(*upload));
      co_return co_await take_and_commit(exchange, *wish, shared, *std::move(found.file));
    }
    if (auto answer = co_await answer_or_wait(exchange, id, *begun)) co_return *std::move(answer);
  }
}

}  // namespace shaman::http
