// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <iterator>
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

asio::awaitable<result<HttpResponse>> UploadLanes::send_batch(HttpConnection& connection,
                                                              const std::vector<UploadJob>& batch) {
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
  request.open_body = [&payloads]() -> result<std::unique_ptr<BodySource>> {
    return std::unique_ptr<BodySource>(std::make_unique<BatchBody>(payloads));
  };
  co_return co_await connection.exchange(request);
}

// Asks which files of the batch, and of some others, the server still lacks.
asio::awaitable<result<UploadLanes::Statuses>> UploadLanes::ask_again(
    HttpConnection& connection, const std::vector<UploadJob>& batch,
    std::span<const std::size_t> others) {
  FileList files;
  for (const UploadJob& job : batch)
    files.add(payloads_[job.payload].id, payloads_[job.payload].place);
  for (const std::size_t payload : others)
    files.add(payloads_[payload].id, payloads_[payload].place);
  const result<std::vector<Required>> wanted = co_await ask_requirements(connection, files);
  if (!wanted) co_return wanted.error();
  Statuses lacking;
  for (const Required& required : *wanted)
    lacking.emplace(required.id, required.status);
  co_return lacking;
}

// If another client sends the same files, those that it has sent need not be sent, and this client
// goes elsewhere from the place where they meet. Files on their way come later; what is left of the
// batch is short. False: the other one is sending all of them.
asio::awaitable<bool> UploadLanes::leave_to_others(HttpConnection& connection,
                                                   std::vector<UploadJob>& batch) {
  const std::vector<std::size_t> others =
      queue_.has_company() ? std::vector<std::size_t>() : queue_.sample();
  const result<Statuses> lacking = co_await ask_again(connection, batch, others);
  if (!lacking) co_return true;  // sending them will show the error
  const auto status_of = [&](std::size_t payload) {
    const auto found = lacking->find(payloads_[payload].id);
    return found == lacking->end() ? BlobStatus::stored : found->second;
  };
  const auto is_taken = [&](std::size_t p) { return status_of(p) != BlobStatus::unknown; };
  if (std::ranges::any_of(others, is_taken) ||
      std::ranges::any_of(batch, [&](const UploadJob& job) { return is_taken(job.payload); }))
    queue_.note_company();

  std::vector<UploadJob> rest;
  std::vector<UploadJob> next;
  std::vector<UploadJob> later;
  bool has_met = false;
  for (UploadJob& job : batch) {
    const BlobStatus status = status_of(job.payload);
    if (status == BlobStatus::unknown) {
      // Behind a file that another client is sending, it may be in the same request.
      (later.empty() ? rest : next).push_back(std::move(job));
      continue;
    }
    has_met = true;
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
  queue_.note_share(batch.size(), rest.size() + next.size());
  const bool is_progress = later.size() < batch.size();
  std::vector<UploadJob> too_many = queue_.cut_off(payloads_, rest);
  std::ranges::move(next, std::back_inserter(too_many));
  queue_.put_next(payloads_, std::move(too_many));
  queue_.put_back_batch(payloads_, std::move(later));
  if (has_met) queue_.go_elsewhere();
  batch = std::move(rest);
  co_return is_progress;
}

// Retries the whole batch while the connection fails; sends the files one by one if one of them is
// the cause.
asio::awaitable<void> UploadLanes::pursue_batch(HttpConnection& connection,
                                                asio::steady_timer& timer, UploadQueue::Turn turn) {
  std::vector<UploadJob> batch = std::move(turn.jobs);
  if (turn.is_doubtful) {
    const bool is_progress = co_await leave_to_others(connection, batch);
    if (batch.empty() && !is_progress) {
      // The other lanes continue meanwhile.
      timer.expires_after(kBetweenBatches);
      co_await timer.async_wait(asio::use_awaitable);
    }
    if (batch.empty()) co_return;
  }
  std::vector<protocol::BatchedFile> files;
  for (;;) {
    const result<HttpResponse> answer = co_await send_batch(connection, batch);
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
      if (response.status == 208 || response.status == 425) queue_.note_company();
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
