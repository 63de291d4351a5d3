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

// Asks which files of the batch the server still lacks, and the same of some others, which show
// whether there is another client.
asio::awaitable<result<UploadLanes::Statuses>> UploadLanes::ask_again(
    HttpConnection& connection, const std::vector<UploadJob>& batch) {
  std::vector<Ring::Sampled> others;
  if (!queue_.has_company()) others = queue_.sample();
  FileList files;
  for (const UploadJob& job : batch)
    files.add(payloads_[job.payload].id, payloads_[job.payload].place);
  for (const Ring::Sampled& other : others)
    files.add(other.id, payloads_[other.payload].place);
  const result<std::vector<Required>> wanted =
      co_await ask_requirements(connection, files, {options_.line != nullptr});
  if (!wanted) co_return wanted.error();
  Statuses lacking;
  for (const Required& required : *wanted)
    lacking.emplace(required.id, required.status);
  const auto is_taken = [&](const BlobId& id) {
    const auto found = lacking.find(id);
    return found == lacking.end() || found->second != BlobStatus::unknown;
  };
  // What waits here, and is not unknown there, came from another client.
  const auto is_others = [&](const Ring::Sampled& sampled) {
    return is_taken(sampled.id) && queue_.is_waiting(sampled);
  };
  if (std::ranges::any_of(others, is_others) || std::ranges::any_of(batch, [&](const auto& job) {
        return is_taken(payloads_[job.payload].id);
      }))
    queue_.note_company();
  co_return lacking;
}

UploadLanes::Division UploadLanes::divide(std::vector<UploadJob> batch, const Statuses& lacking) {
  Division division;
  for (UploadJob& job : batch) {
    const auto found = lacking.find(payloads_[job.payload].id);
    const auto status = found == lacking.end() ? BlobStatus::stored : found->second;
    if (status == BlobStatus::unknown) {
      // Behind a file that another client is sending, it may be in the same request.
      (division.later.empty() ? division.now : division.next).push_back(std::move(job));
      continue;
    }
    division.has_met = true;
    if (status == BlobStatus::uploading && ++job.batches < kPatientBatches) {
      division.later.push_back(std::move(job));
      continue;
    }
    UploadAction action = job.fsm.on_status(status);
    if (action.kind == Kind::already_there)
      settle(job, action.kind);
    else if (action.kind == Kind::ask_later)
      defer(std::move(job), action);
    else
      division.now.push_back(std::move(job));
  }
  return division;
}

// If another client sends the same files, those that it has sent need not be sent, and this client
// goes elsewhere from the place where they meet. Files on their way come later; what is left of the
// batch is short. False: the other one is sending all of them.
asio::awaitable<bool> UploadLanes::leave_to_others(HttpConnection& connection,
                                                   std::vector<UploadJob>& batch) {
  const result<Statuses> lacking = co_await ask_again(connection, batch);
  if (!lacking) co_return true;  // sending them will show the error
  const std::size_t asked = batch.size();
  Division division = divide(std::move(batch), *lacking);
  queue_.note_share(asked, division.now.size() + division.next.size());
  const bool is_progress = division.later.size() < asked;
  std::vector<UploadJob> next = queue_.cut_off(payloads_, division.now);
  std::ranges::move(division.next, std::back_inserter(next));
  queue_.put_next(payloads_, std::move(next));
  queue_.put_back_batch(payloads_, std::move(division.later));
  if (division.has_met) queue_.go_elsewhere();
  batch = std::move(division.now);
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
