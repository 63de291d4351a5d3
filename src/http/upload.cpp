// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "http/handlers.hpp"
#include "http/parameters.hpp"
#include "http/resumption_fields.hpp"
#include "http/rfc2047.hpp"
#include "http/run_on.hpp"
#include "http/upload_steps.hpp"

namespace shaman::http {
namespace {

// Chunks' own sizes come on top of the content.
constexpr std::uint64_t kChunkedSlack = 1 << 20;

Response mismatch(const BlobId& id, std::uint64_t received) {
  return Response::error(417, "the address says " + std::to_string(id.size) +
                                  " bytes, but the body has " + std::to_string(received));
}

// The upload is whole when nothing is returned.
Task<std::optional<Response>> receive(Exchange& exchange, const SharedUpload& upload) {
  TakeBytes take = [upload](std::span<const std::byte> bytes) -> result<bool> {
    const auto written = upload->write(bytes);
    if (!written) return written.error();
    return !upload->is_superseded();
  };
  const auto received = co_await receive_body(exchange, std::move(take));
  if (!received) co_return Response::error(received.error());
  if (upload->is_superseded()) co_return Response::empty(208);
  if (exchange.body.failure() != RequestBody::Failure::none)
    co_return response_to_failed_body(exchange.body);
  if (upload->received() != upload->id().size) co_return mismatch(upload->id(), upload->received());
  co_return std::nullopt;
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
  if (!exchange.head.is_chunked && length.value_or(0) != id.size)
    return mismatch(id, length.value_or(0));
  if (id.size > exchange.options.limits.file_bytes)
    return Response::error(413, "this server takes files of at most " +
                                    std::to_string(exchange.options.limits.file_bytes) + " bytes");
  return std::nullopt;
}

}  // namespace

Task<Response> post_file(Exchange& exchange) {
  exchange.original_filename = decode_rfc2047(exchange.head.header("X-Shaman-Original-Filename"));
  const auto parsed = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!parsed) co_return Response::error(parsed.error());
  const BlobId id = *parsed;
  exchange.discard_limit = id.size + kChunkedSlack;
  if (ResumptionFields::of(exchange.head).asks_for_resumption())
    co_return co_await create_resumable(exchange, id);
  if (auto refusal = refuse_early(exchange, id)) co_return *std::move(refusal);

  Store& store = exchange.services.store;
  const bool can_defer = is_yes(exchange.head.header("X-Shaman-Can-Defer-Upload"));
  for (;;) {
    exchange.connection.enter_working();
    auto begun = co_await run_on(exchange.services.pools.quick, exchange.connection.strand(),
                                 [&] { return store.begin_upload(id, can_defer, exchange.asker); });
    if (!begun) co_return Response::error(begun.error());
    if (auto* upload = std::get_if<Upload>(&*begun))
      co_return co_await receive_and_commit(exchange, std::move(*upload));
    if (std::holds_alternative<AlreadyStored>(*begun)) co_return Response::empty(208);
    if (std::holds_alternative<Deferred>(*begun))
      co_return Response::error(425, "somebody else is sending this file: send your others first");
    co_await wait_for_claim(exchange, id);
    if (exchange.connection.is_lost()) co_return client_is_gone();
  }
}

}  // namespace shaman::http
