// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "protocol/batch.hpp"
#include "protocol/names.hpp"
#include "protocol/wire.hpp"
#include "submit/shaman_calls.hpp"
#include "submit/upload/batch_body.hpp"
#include "submit/upload/upload_lanes.hpp"

namespace shaman::client {

namespace asio = boost::asio;
using Kind = UploadAction::Kind;

namespace {

// How often deferred files are requested again together; after that, one by one.
constexpr unsigned kPatientBatches = 40;
constexpr std::chrono::milliseconds kBetweenBatches{50};

}  // namespace

asio::awaitable<void> UploadLanes::run_batch_lane(Network::Strand strand) {
  HttpConnection connection(strand, server_, options_.timeouts);
  asio::steady_timer timer(strand);
  for (;;) {
    std::vector<UploadJob> batch = queue_.take_batch();
    if (batch.empty()) break;
    co_await pursue_batch(connection, timer, std::move(batch));
    if (stop_.stop_requested()) co_return;
  }
  // Deferred files are waited for like any others.
  co_await run_lane(strand, UploadQueue::Lane::small);
}

asio::awaitable<result<HttpResponse>> UploadLanes::send_batch(HttpConnection& connection,
                                                              const std::vector<UploadJob>& batch,
                                                              bool may_compress) {
  std::vector<const Payload*> payloads;
  payloads.reserve(batch.size());
  for (const UploadJob& job : batch)
    payloads.push_back(&payloads_[job.payload]);
  HttpRequest request;
  request.method = "POST";
  request.path = protocol::kBatch;
  request.headers = {{"Content-Type", std::string(protocol::kBatchType)}};
  request.body_length = BatchBody::length_of(payloads);
  request.rate = options_.rate;
  request.line = options_.line;
  if (may_compress) request.zstd_level = level_for(payloads, false);
  request.open_body = [&payloads]() -> result<std::unique_ptr<BodySource>> {
    return std::unique_ptr<BodySource>(std::make_unique<BatchBody>(payloads));
  };
  const result<HttpResponse> answer = co_await connection.exchange(request);
  if (request.zstd_level && answer && may_be_of_coding(answer->status))
    co_return co_await send_batch(connection, batch, false);
  co_return answer;
}

// Another client sends the same files: those that it has already sent need not be sent.
asio::awaitable<void> UploadLanes::leave_to_others(HttpConnection& connection,
                                                   std::vector<UploadJob>& batch) {
  FileList files;
  for (const UploadJob& job : batch)
    files.add(payloads_[job.payload].id, payloads_[job.payload].place);
  const result<std::vector<Required>> wanted =
      co_await ask_requirements(connection, files, {options_.line != nullptr});
  if (!wanted) co_return;  // sending them will show the error
  std::map<BlobId, BlobStatus> missing;
  for (const Required& required : *wanted)
    missing.emplace(required.id, required.status);
  std::vector<UploadJob> rest;
  std::vector<UploadJob> later;
  for (UploadJob& job : batch) {
    const auto found = missing.find(payloads_[job.payload].id);
    const auto status = found == missing.end() ? BlobStatus::stored : found->second;
    if (status == BlobStatus::uploading && ++job.batches < kPatientBatches) {
      later.push_back(std::move(job));
      continue;
    }
    UploadAction action = job.fsm.on_status(status);
    if (action.kind == Kind::already_there)
      settle(job, action.kind);
    else if (action.kind == Kind::ask_later)
      defer(std::move(job), action);
    else
      rest.push_back(std::move(job));
  }
  batch = std::move(rest);
  queue_.put_back_batch(payloads_, std::move(later));
}

// Retries the whole batch while the connection fails; sends the files one by one if one of them is
// the cause.
asio::awaitable<void> UploadLanes::pursue_batch(HttpConnection& connection,
                                                asio::steady_timer& timer,
                                                std::vector<UploadJob> batch) {
  if (has_company_) co_await leave_to_others(connection, batch);
  if (batch.empty()) {
    // The other lanes continue meanwhile.
    timer.expires_after(kBetweenBatches);
    co_await timer.async_wait(asio::use_awaitable);
    co_return;
  }
  std::vector<protocol::BatchedFile> files;
  for (bool may_compress = true;; may_compress = false) {
    const result<HttpResponse> answer = co_await send_batch(connection, batch, may_compress);
    if (answer) progress_.server_is_back();
    if (answer && answer->status == 200) files = protocol::read_batch_answer(answer->body);
    if (answer || answer.error().code != errc::unreachable) break;
    UploadAction action = note_failure(answer.error(), batch.front().fsm.on_error(answer.error()));
    if (action.kind != Kind::send) co_return fail(std::move(action.error));
    timer.expires_after(action.delay);
    co_await timer.async_wait(asio::use_awaitable);
  }
  const bool is_answered = files.size() == batch.size();
  std::vector<UploadJob> later;
  for (std::size_t i = 0; i < batch.size() && !stop_.stop_requested(); ++i) {
    UploadAction action{Kind::send, {}, {}};
    if (is_answered) {
      HttpResponse response;
      response.status = files[i].status;
      if (response.status == 208 || response.status == 425) has_company_ = true;
      if (response.status == 425 && ++batch[i].batches < kPatientBatches) {
        later.push_back(std::move(batch[i]));
        continue;
      }
      response.body = files[i].message;
      response.body_sent = payloads_[batch[i].payload].id.size;
      action = batch[i].fsm.on_answer(response);
    }
    co_await pursue(connection, timer, std::move(batch[i]), std::move(action));
  }
  queue_.put_back_batch(payloads_, std::move(later));
}

}  // namespace shaman::client
