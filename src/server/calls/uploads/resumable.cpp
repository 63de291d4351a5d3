// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads that can be resumed: the address of a file is the upload resource (docs/protocol.md).
#include <optional>
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

// An interrupted request gives up at its next piece; a commit takes as long as the disk needs.
constexpr std::chrono::seconds kLookAgain{1};

UploadLimits limits_of(const Exchange& exchange) {
  return {exchange.options.limits.file_bytes, exchange.services.store.options().upload_expiry};
}

Response with_location(Response response, const BlobId& id) {
  response.headers += "Location: " + protocol::file_address(id) + "\r\n";
  return response;
}

Response already_stored(const Exchange& exchange, const BlobId& id, unsigned status) {
  Response response = with_location(Response::empty(status), id);
  add_resumption(response, limits_of(exchange), id.size, true);
  return response;
}

Response not_held() {
  return Response::error(404,
                         "the server holds no part of this file, or the part has expired: start"
                         " its upload again");
}

// One request that adds to an upload, from the moment when it has the upload.
class Adding {
 public:
  Adding(Exchange& exchange, const BlobId& id, const ResumptionFields& fields, bool is_creation,
         Upload upload)
      : exchange_(exchange),
        id_(id),
        fields_(fields),
        is_creation_(is_creation),
        upload_(std::make_shared<Upload>(std::move(upload))) {}

  Task<Response> run();

 private:
  Task<bool> tell_interim(bool is_first);
  Task<std::optional<Response>> receive();
  Task<Response> keep(Response response);
  Task<result<std::uint64_t>> checkpoint();
  Task<Response> complete();
  [[nodiscard]] Response incomplete(std::uint64_t offset) const;

  Exchange& exchange_;
  const BlobId& id_;
  const ResumptionFields& fields_;
  const bool is_creation_;
  const SharedUpload upload_;
};

// A creation's body begins with the first byte, an appended one at the upload's offset.
Task<Response> Adding::run() {
  const std::uint64_t begin = upload_->received();
  if (!is_creation_ && fields_.offset != begin) {
    Response response = mismatching_offset(begin, fields_.offset.value_or(0));
    add_resumption(response, limits_of(exchange_), begin, false);
    co_await drop_upload(exchange_, upload_);
    co_return response;
  }
  if (!co_await tell_interim(true)) co_return co_await keep(client_is_gone());
  auto failed = co_await receive();
  if (failed) co_return co_await keep(*std::move(failed));
  if (upload_->received() == id_.size) co_return co_await complete();
  const auto kept = co_await checkpoint();
  if (!kept) co_return Response::error(kept.error());
  if (fields_.complete == true) {
    Response response = inconsistent_length(
        "the body ended before the file's end, but "
        "Upload-Complete says that this was all");
    add_resumption(response, limits_of(exchange_), *kept, false);
    co_await drop_upload(exchange_, upload_);
    co_return response;
  }
  co_await drop_upload(exchange_, upload_);
  co_return incomplete(*kept);
}

Task<bool> Adding::tell_interim(bool is_first) {
  if (!fields_.speaks_draft() || exchange_.head.is_http_1_0) co_return true;
  // For a PATCH, as for every request after the first, the client knows the address.
  const std::string location =
      is_first && is_creation_ ? protocol::file_address(id_) : std::string();
  const auto offset = is_first ? std::nullopt : std::optional(upload_->received());
  const std::string text = interim_answer(*fields_.version, location, limits_of(exchange_), offset);
  co_return co_await exchange_.connection.write({text, {}, {}});
}

Task<std::optional<Response>> Adding::receive() {
  const std::uint64_t skip = is_creation_ ? upload_->received() : 0;
  const auto received = co_await receive_body(exchange_, upload_, skip);
  if (!received) {
    Response response = Response::error(received.error());
    const bool is_final = received.error().code == errc::content_mismatch;
    add_resumption(response, limits_of(exchange_), std::nullopt, is_final);
    co_return response;
  }
  if (upload_->is_superseded()) co_return already_stored(exchange_, id_, 208);
  if (exchange_.body.failure() != RequestBody::Failure::none)
    co_return response_to_cut_upload(exchange_, *upload_);
  co_return std::nullopt;
}

Task<result<std::uint64_t>> Adding::checkpoint() {
  auto keep_it = [upload = upload_] { return upload->checkpoint(); };
  co_return co_await run_on(exchange_.services.pools.disk, exchange_.connection,
                            std::move(keep_it));
}

// The received bytes are kept after any failure except one of the disk, which the upload records.
Task<Response> Adding::keep(Response response) {
  static_cast<void>(co_await checkpoint());
  co_await drop_upload(exchange_, upload_);
  co_return response;
}

Response Adding::incomplete(std::uint64_t offset) const {
  Response response = Response::empty(is_creation_ ? 201 : 204);
  if (is_creation_) response = with_location(std::move(response), id_);
  add_resumption(response, limits_of(exchange_), offset, false);
  return response;
}

// The last byte completes it, whatever the client states: the address has the size.
Task<Response> Adding::complete() {
  const auto committed = co_await commit_upload(exchange_, upload_);
  if (committed) co_return already_stored(exchange_, id_, is_creation_ ? 201 : 204);
  Response response = Response::error(committed.error());
  if (committed.error().code == errc::content_mismatch)
    add_resumption(response, limits_of(exchange_), std::nullopt, true);
  co_return response;
}

// If the stated lengths contradict the address.
std::optional<Response> check_lengths(const Exchange& exchange, const BlobId& id,
                                      const ResumptionFields& fields, std::uint64_t offset) {
  std::optional<std::uint64_t> told;
  if (fields.complete == true && !exchange.head.is_chunked)
    told = offset + exchange.head.content_length.value_or(0);
  const bool is_length_wrong = fields.length && *fields.length != id.size;
  if (!is_length_wrong && (!told || *told == id.size)) return std::nullopt;
  return inconsistent_length("the URL declares " + text::count_of(id.size, "byte", "bytes") +
                             ", but the request's headers declare " +
                             std::to_string(is_length_wrong ? *fields.length : *told));
}

// Waits for the interrupted request; returns whether a retry makes sense.
Task<bool> wait_for_turn(Connection& connection, Clock::time_point until) {
  co_await connection.event().wait(std::min<Clock::time_point>(Clock::now() + kLookAgain, until));
  co_return !connection.is_lost() && Clock::now() < until;
}

Response busy() {
  return Response::error(
      503, "another client is uploading this file and cannot be interrupted; try again later");
}

Task<Response> store_empty(Exchange& exchange, const BlobId& id) {
  Store& store = exchange.services.store;
  auto begun = co_await run_on(exchange.services.pools.quick, exchange.connection,
                               [&] { return store.begin_upload(id, false, exchange.requester); });
  if (!begun) co_return Response::error(begun.error());
  auto* const upload = std::get_if<Upload>(&*begun);
  if (upload == nullptr) co_return already_stored(exchange, id, 208);
  const auto shared = std::make_shared<Upload>(std::move(*upload));
  const auto committed = co_await commit_upload(exchange, shared);
  if (!committed) co_return Response::error(committed.error());
  co_return already_stored(exchange, id, 201);
}

// Shared by HEAD and DELETE: retries until no other request works on the upload.
template <class Ask>
Task<result<HeldResult>> ask_held(Exchange& exchange, Ask ask) {
  Connection& connection = exchange.connection;
  const auto until = Clock::now() + connection.timeouts().work;
  connection.enter_working();
  for (;;) {
    auto held = co_await run_on(exchange.services.pools.quick, connection,
                                [&] { return ask(connection.event().waker()); });
    if (!held || !std::holds_alternative<Taken>(*held)) co_return held;
    if (!co_await wait_for_turn(connection, until)) co_return held;
  }
}

}  // namespace

Task<Response> create_resumable(Exchange& exchange, const BlobId& id) {
  const ResumptionFields fields = ResumptionFields::of(exchange.head);
  if (auto refusal = check_lengths(exchange, id, fields, 0)) co_return *std::move(refusal);
  if (auto refusal = refuse_too_large(exchange, id)) {
    add_resumption(*refusal, limits_of(exchange), std::nullopt, std::nullopt);
    co_return *std::move(refusal);
  }
  if (id.size == 0) co_return co_await store_empty(exchange, id);

  Connection& connection = exchange.connection;
  Store& store = exchange.services.store;
  const bool can_defer = is_yes(exchange.head.header(protocol::kCanDefer));
  const Takeover takeover{connection.interrupter(), connection.event().waker()};
  const auto until = Clock::now() + connection.timeouts().work;
  for (;;) {
    connection.enter_working();
    auto begun = co_await run_on(exchange.services.pools.quick, connection, [&] {
      return store.create_resumable(id, can_defer, takeover, exchange.requester);
    });
    if (!begun) co_return Response::error(begun.error());
    if (auto* const upload = std::get_if<Upload>(&*begun)) {
      Adding adding(exchange, id, fields, true, std::move(*upload));
      co_return co_await adding.run();
    }
    if (std::holds_alternative<AlreadyStored>(*begun)) co_return already_stored(exchange, id, 208);
    if (std::holds_alternative<Deferred>(*begun))
      co_return Response::error(
          425, "another client is uploading this file; upload your other files first");
    if (const auto* const none = std::get_if<NoPlace>(&*begun)) {
      // A client that sends the whole file only loses protection against a broken connection.
      if (fields.complete == true) co_return co_await store_in_one_go(exchange, id);
      co_return Response::error(507, none->why);
    }
    if (std::holds_alternative<Claimed>(*begun)) {
      co_await wait_for_claim(exchange, id);
    } else if (!co_await wait_for_turn(connection, until)) {
      co_return connection.is_lost() ? client_is_gone() : busy();
    }
    if (connection.is_lost()) co_return client_is_gone();
  }
}

Task<Response> patch_file(Exchange& exchange) {
  exchange.original_filename = decode_rfc2047(exchange.head.header(protocol::kOriginalFilename));
  const auto parsed = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!parsed) co_return Response::error(parsed.error());
  const BlobId id = *parsed;
  const ResumptionFields fields = ResumptionFields::of(exchange.head);
  if (auto refused = accept_coding(exchange, Codings::none)) co_return *std::move(refused);
  if (!fields.has_right_media_type())
    co_return Response::error(415, "PATCH takes application/partial-upload");
  if (!fields.offset) co_return Response::error(400, "PATCH needs an Upload-Offset");
  if (auto refusal = check_lengths(exchange, id, fields, *fields.offset))
    co_return *std::move(refusal);

  Connection& connection = exchange.connection;
  Store& store = exchange.services.store;
  const Takeover takeover{connection.interrupter(), connection.event().waker()};
  const auto until = Clock::now() + connection.timeouts().work;
  for (;;) {
    connection.enter_working();
    auto begun = co_await run_on(exchange.services.pools.disk, connection, [&] {
      return store.append_resumable(id, takeover, exchange.requester);
    });
    if (!begun) co_return Response::error(begun.error());
    if (auto* const upload = std::get_if<Upload>(&*begun)) {
      Adding adding(exchange, id, fields, false, std::move(*upload));
      co_return co_await adding.run();
    }
    if (std::holds_alternative<AlreadyStored>(*begun)) co_return already_stored(exchange, id, 208);
    if (std::holds_alternative<NotHeld>(*begun)) co_return not_held();
    const bool may_try = co_await wait_for_turn(connection, until);
    if (!may_try) co_return connection.is_lost() ? client_is_gone() : busy();
  }
}

Task<Response> head_file(Exchange& exchange) {
  const auto id = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!id) co_return Response::error(id.error());
  Store& store = exchange.services.store;
  auto held = co_await ask_held(exchange, [&](std::function<void()> wake) {
    return store.held_of(*id, std::move(wake), exchange.requester);
  });
  if (!held) co_return Response::error(held.error());
  if (std::holds_alternative<NotHeld>(*held)) co_return not_held();
  if (std::holds_alternative<Taken>(*held)) co_return busy();
  const auto* const partial = std::get_if<Held>(&*held);
  Response response = Response::empty(204);
  add_resumption(response, limits_of(exchange), partial ? partial->offset : id->size,
                 partial == nullptr);
  response.headers +=
      "Upload-Length: " + std::to_string(id->size) + "\r\nCache-Control: no-store\r\n";
  co_return response;
}

Task<Response> delete_file(Exchange& exchange) {
  const auto id = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!id) co_return Response::error(id.error());
  Store& store = exchange.services.store;
  auto held = co_await ask_held(exchange, [&](std::function<void()> wake) {
    return store.cancel_resumable(*id, std::move(wake), exchange.requester);
  });
  if (!held) co_return Response::error(held.error());
  if (std::holds_alternative<Taken>(*held)) co_return busy();
  if (std::holds_alternative<Held>(*held)) co_return Response::empty(204);
  co_return Response::error(404,
                            "there is no unfinished upload of this file; stored files are"
                            " not erased this way");
}

Task<Response> options_file(Exchange& exchange) {
  Response response = Response::empty(204);
  response.allow = "GET, HEAD, POST, PATCH, DELETE, OPTIONS";
  response.headers += limits_of(exchange).header();
  co_return response;
}

}  // namespace shaman::http
