// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "shaman/text.hpp"

#include "protocol/names.hpp"
#include "protocol/parameters.hpp"
#include "protocol/resumption_fields.hpp"
#include "protocol/rfc2047.hpp"
#include "server/calls/uploads/upload_steps.hpp"
#include "server/content_coding.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

// A body of this size has mostly arrived with the request's header.
constexpr std::size_t kSmall = std::size_t{64} << 10;

// The chunks' sizes add to the content.
constexpr std::uint64_t kChunkedSlack = 1 << 20;

Response mismatch(const BlobId& id, std::uint64_t received) {
  return Response::error(417, "the URL declares " + text::count_of(id.size, "byte", "bytes") +
                                  ", but the body has " + std::to_string(received));
}

// Returns nothing if the upload is complete.
Task<std::optional<Response>> receive(Exchange& exchange, const SharedUpload& upload) {
  if (auto failed = co_await reserve_for_decoding(exchange)) co_return failed;
  const auto received = co_await receive_body(exchange, upload);
  if (!received) co_return Response::error(received.error());
  if (upload->is_superseded()) co_return Response::empty(208);
  if (exchange.body.failure() != RequestBody::Failure::none)
    co_return response_to_cut_upload(exchange, *upload);
  if (upload->received() != upload->id().size) co_return mismatch(upload->id(), upload->received());
  co_return std::nullopt;
}

bool is_small(const Exchange& exchange, const BlobId& id) {
  return id.size <= kSmall && !exchange.head.is_chunked && !exchange.head.expects_continue &&
         !exchange.body.is_encoded();
}

// The result of a job that begins an upload and, if possible, completes it: nothing if it is
// stored.
using Begun = std::optional<BeginResult>;

// One thread stores a small file whose body has already arrived, in one step: passing it from pool
// to pool takes longer than everything but the flushes.
result<Begun> begin_and_store(Exchange& exchange, const BlobId& id, bool can_defer) {
  thread_local std::array<char, kSmall> content;
  Store& store = exchange.services.store;
  auto begun = store.begin_upload(id, can_defer, exchange.requester);
  if (!begun) return begun.error();
  auto* const upload = std::get_if<Upload>(&*begun);
  if (upload == nullptr) return Begun(std::move(*begun));
  while (upload->received() < id.size) {
    const std::size_t length = exchange.body.take(content);
    if (length == 0) return Begun(std::move(*begun));
    const auto written = upload->write(std::as_bytes(std::span(content).first(length)));
    if (!written) return written.error();
  }
  const auto stored = store.commit_now(std::move(*upload));
  if (!stored) return stored.error();
  return Begun();
}

Task<result<Begun>> begin(Exchange& exchange, const BlobId& id, bool can_defer) {
  Connection& connection = exchange.connection;
  Store& store = exchange.services.store;
  if (is_small(exchange, id))
    co_return co_await run_on(store.commit_pool(), connection,
                              [&] { return begin_and_store(exchange, id, can_defer); });
  co_return co_await run_on(exchange.services.pools.quick, connection, [&]() -> result<Begun> {
    auto begun = store.begin_upload(id, can_defer, exchange.requester);
    if (!begun) return begun.error();
    return Begun(std::move(*begun));
  });
}

Task<Response> receive_and_commit(Exchange& exchange, Upload begun) {
  const auto upload = std::make_shared<Upload>(std::move(begun));
  auto failed = co_await receive(exchange, upload);
  if (failed) {
    co_await drop_upload(exchange, upload);
    co_return *std::move(failed);
  }
  const auto committed = co_await commit_upload(exchange, upload);
  if (!committed) co_return Response::error(committed.error());
  co_return Response::empty(204);
}

std::optional<Response> refuse_early(const Exchange& exchange, const BlobId& id) {
  const auto length = exchange.head.content_length;
  if (!exchange.head.is_chunked && !exchange.body.is_encoded() && length.value_or(0) != id.size)
    return mismatch(id, length.value_or(0));
  return refuse_too_large(exchange, id);
}

}  // namespace

Task<Response> post_file(Exchange& exchange) {
  exchange.original_filename = decode_rfc2047(exchange.head.header(protocol::kOriginalFilename));
  const auto parsed = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!parsed) co_return Response::error(parsed.error());
  const BlobId id = *parsed;
  exchange.discard_limit = id.size + kChunkedSlack;
  const bool is_resumable = ResumptionFields::of(exchange.head).asks_for_resumption();
  const auto& fields = exchange.head.fields;
  const bool is_delta = fields.find(protocol::kDeltaBase) != fields.end();
  const bool is_ingest = fields.find(protocol::kIngestPath) != fields.end();
  // The offsets of a resumable upload count bytes of the file; a delta has a packing of its own.
  const Codings taken = is_resumable || is_delta || is_ingest ? Codings::none : Codings::of_files;
  if (auto refused = accept_coding(exchange, taken)) co_return *std::move(refused);
  if (is_delta && is_resumable) co_return Response::error(400, "a delta cannot be resumed");
  if (is_ingest && (is_delta || is_resumable))
    co_return Response::error(400, "a request to ingest a file is neither a delta nor resumable");
  if (is_ingest) co_return co_await ingest_file(exchange, id);
  if (is_delta) co_return co_await store_delta(exchange, id);
  if (is_resumable) co_return co_await create_resumable(exchange, id);
  co_return co_await store_in_one_go(exchange, id);
}

Task<Response> store_in_one_go(Exchange& exchange, const BlobId& id) {
  if (auto refusal = refuse_early(exchange, id)) co_return *std::move(refusal);

  const bool can_defer = is_yes(exchange.head.header(protocol::kCanDefer));
  for (;;) {
    exchange.connection.enter_working();
    auto begun = co_await begin(exchange, id, can_defer);
    if (!begun) co_return Response::error(begun.error());
    if (!*begun) co_return Response::empty(204);
    if (auto* upload = std::get_if<Upload>(&**begun))
      co_return co_await receive_and_commit(exchange, std::move(*upload));
    if (auto answer = co_await answer_or_wait(exchange, id, **begun)) co_return *std::move(answer);
  }
}

}  // namespace shaman::http
