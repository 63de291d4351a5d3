// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_lanes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/encoded_word.hpp"
#include "protocol/names.hpp"
#include "protocol/wire.hpp"

namespace shaman::client {

namespace asio = boost::asio;
using Kind = UploadAction::Kind;

namespace {

// For larger files the cost of a separate request is small.
constexpr std::uint64_t kBatchUpTo = 256U << 10U;
// For smaller files, sending again costs less than requesting the offset.
constexpr std::uint64_t kResumeFrom = std::uint64_t{8} << 20U;

}  // namespace

UploadLanes::UploadLanes(const Server& server, std::size_t most_payloads,
                         const UploaderOptions& options, Progress& progress)
    : server_(server),
      options_(options),
      progress_(progress),
      queue_(options.can_batch ? kBatchUpTo : 0, random_share) {
  payloads_.reserve(most_payloads);
}

void UploadLanes::add(std::vector<Payload> payloads) {
  std::vector<UploadQueue::Item> items;
  items.reserve(payloads.size());
  std::uint64_t bytes = 0;
  for (Payload& payload : payloads) {
    bytes += payload.id.size;
    UploadFsm fsm(options_.policy, random_share, payload.place, payload.id);
    items.push_back(
        {payload.id.size, {payloads_.size(), std::move(fsm), false, {}, 0, 0, 0, 0}, payload.id});
    payloads_.push_back(std::move(payload));
  }
  progress_.files_total += items.size();
  progress_.bytes_total += bytes;
  queue_.add(std::move(items));
}

asio::awaitable<void> UploadLanes::run_lane(Network::Strand strand, UploadQueue::Lane lane) {
  HttpConnection connection(strand, server_, options_.timeouts);
  // Shared: a call to wake this lane may be under way when it ends.
  const auto timer = std::make_shared<asio::steady_timer>(strand);
  const auto wake = [strand, timer] { asio::post(strand, [timer] { timer->cancel(); }); };
  while (!stop_.stop_requested()) {
    UploadQueue::Turn turn = queue_.take(lane, wake);
    if (turn.is_over) co_return;
    if (turn.is_batch) {
      co_await pursue_batch(connection, *timer, std::move(turn));
    } else if (!turn.jobs.empty()) {
      co_await pursue_alone(connection, *timer, std::move(turn.jobs.front()));
    } else {
      // On this strand nothing can cancel the timer before the lane waits.
      timer->expires_at(asio::steady_timer::time_point::max());
      co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

asio::awaitable<void> UploadLanes::pursue_alone(HttpConnection& connection,
                                                asio::steady_timer& timer, UploadJob job) {
  if (job.was_deferred) {
    timer.expires_at(job.due);
    co_await timer.async_wait(asio::use_awaitable);
  }
  UploadAction action{Kind::send, {}, {}};
  co_await pursue(connection, timer, std::move(job), std::move(action));
}

// Until the file is with the server, deferred, or given up.
asio::awaitable<void> UploadLanes::pursue(HttpConnection& connection, asio::steady_timer& timer,
                                          UploadJob job, UploadAction action) {
  if (job.was_deferred) {
    progress_.files_waiting -= 1;
    job.was_deferred = false;
    action = co_await look_again(connection, job);
  }
  for (;;) {
    switch (action.kind) {
      case Kind::send:
        if (action.delay.count() > 0) {
          timer.expires_after(action.delay);
          co_await timer.async_wait(asio::use_awaitable);
        }
        action = co_await send(connection, job);
        break;
      case Kind::rehash:
        action = rehash(job);
        break;
      case Kind::ask_later:
        defer(std::move(job), action);
        co_return;
      case Kind::give_up:
        fail(std::move(action.error));
        co_return;
      case Kind::finished:
      case Kind::already_there:
      case Kind::leave_out:
        settle(job, action.kind);
        co_return;
    }
  }
}

asio::awaitable<UploadAction> UploadLanes::look_again(HttpConnection& connection, UploadJob& job) {
  HttpRequest request;
  request.path = protocol::file_address(payloads_[job.payload].id);
  const result<HttpResponse> answer = co_await connection.exchange(request);
  if (!answer || answer->status != 200) co_return UploadAction{Kind::send, {}, {}};
  const result<BlobStatus> status = read_status(answer->body);
  co_return job.fsm.on_status(status ? *status : BlobStatus::unknown);
}

HttpRequest UploadLanes::to_file(const UploadJob& job) const {
  const Payload& payload = payloads_[job.payload];
  HttpRequest request;
  request.path = protocol::file_address(payload.id);
  request.headers = {{std::string(protocol::kOriginalFilename), encoded_words(payload.place)}};
  return request;
}

HttpRequest UploadLanes::post_of(const UploadJob& job) const {
  HttpRequest request = to_file(job);
  request.method = "POST";
  request.headers.emplace_back(protocol::kCanDefer, job.fsm.can_defer() ? "true" : "false");
  return request;
}

std::chrono::seconds UploadLanes::time_to_make(const Payload& payload) {
  constexpr std::uint64_t kSlowestDisk = std::uint64_t{16} << 20U;  // bytes per second
  return std::chrono::seconds(payload.id.size / kSlowestDisk);
}

HttpRequest UploadLanes::request_for(const UploadJob& job) {
  const Payload& payload = payloads_[job.payload];
  HttpRequest request = job.held > 0 ? to_file(job) : post_of(job);
  request.zstd_level = job.zstd_level;
  if (may_resume(job) && !job.zstd_level)
    request.headers.emplace_back(protocol::kUploadComplete, "?1");
  if (job.held > 0) {
    request.method = "PATCH";
    request.headers.emplace_back("Content-Type", protocol::kPartialUploadType);
    request.headers.emplace_back(protocol::kUploadOffset, std::to_string(job.held));
  } else {
    request.headers.emplace_back("Content-Type", "application/octet-stream");
  }
  request.open_body = [&payload, held = job.held]() -> result<std::unique_ptr<BodySource>> {
    auto body = payload.open();
    if (!body || held == 0) return body;
    if (auto skipped = (*body)->skip(held); !skipped) return skipped.error();
    return body;
  };
  request.body_length = payload.id.size - job.held;
  request.bytes_sent = &progress_.bytes_done;
  request.rate = options_.rate;
  request.line = options_.line;
  // With company even a small file may be on its way already.
  const std::uint64_t expect_from = queue_.has_company() ? kBatchUpTo : options_.expect_from;
  if (payload.id.size >= std::min(expect_from, options_.expect_from) && job.fsm.may_expect())
    request.wait_for_continue = options_.wait_for_continue;
  return request;
}

asio::awaitable<UploadAction> UploadLanes::send(HttpConnection& connection, UploadJob& job) {
  progress_.bytes_done -= std::exchange(job.bytes_counted, 0);
  if (auto action = co_await let_ingest(connection, job)) co_return *std::move(action);
  if (may_resume(job)) {
    const bool is_there = co_await find_held(connection, job);
    if (is_there) co_return UploadAction{Kind::already_there, {}, {}};
  }
  if (may_send_delta(job)) co_return co_await send_delta(connection, job);
  ++job.attempts;
  const Payload* const payload = &payloads_[job.payload];
  job.zstd_level.reset();
  // What the server holds already is worth more.
  if (job.held == 0 && !job.is_sent_plain)
    job.zstd_level = level_for({&payload, 1}, may_resume(job));
  job.bytes_counted = job.held;
  progress_.bytes_done += job.held;
  const HttpRequest request = request_for(job);
  const result<HttpResponse> answer = co_await connection.exchange(request);
  job.has_sent = job.has_sent || !answer || answer->body_sent > 0;
  if (job.zstd_level && (!answer || answer->status >= 300)) {
    job.is_sent_plain = !answer || answer->status != 425;
    if (answer && may_be_of_coding(answer->status)) {
      job.bytes_counted += answer->body_sent;
      co_return UploadAction{Kind::send, {}, {}};
    }
  }
  if (!answer) co_return note_failure(answer.error(), job.fsm.on_error(answer.error()));
  progress_.server_is_back();
  job.bytes_counted += answer->body_sent;
  // The partial upload has expired, or another client continued it: look again.
  if (job.held > 0 && (answer->status == 404 || answer->status == 409))
    co_return job.fsm.on_error(
        {errc::unreachable, "the server lost the part of the file that it had"});
  // The server may have room for the file, but not for another partial upload.
  if (answer->status == 507 && may_resume(job)) {
    job.is_sent_whole = true;
    job.held = 0;
    co_return UploadAction{Kind::send, {}, {}};
  }
  co_return job.fsm.on_answer(*answer);
}

UploadAction UploadLanes::note_failure(const Error& error, UploadAction action) {
  if (error.code == errc::unreachable && action.kind == Kind::send)
    progress_.server_is_away(action.delay);
  return action;
}

std::optional<int> UploadLanes::level_for(std::span<const Payload* const> payloads,
                                          bool is_resumable) const {
  if (options_.line == nullptr) return std::nullopt;
  return Compression(*options_.line, options_.rate).level_for(payloads, is_resumable);
}

bool UploadLanes::may_resume(const UploadJob& job) const {
  return options_.can_resume && !job.is_sent_whole && payloads_[job.payload].id.size >= kResumeFrom;
}

// Whether the server has the whole file. The first time without interrupting a client that may be
// sending it; later the server may still consider this client's own broken connection alive.
asio::awaitable<bool> UploadLanes::find_held(HttpConnection& connection, UploadJob& job) {
  HttpRequest request;
  request.method = job.attempts == 0 ? "GET" : "HEAD";
  request.path = protocol::file_address(payloads_[job.payload].id);
  const result<HttpResponse> answer = co_await connection.exchange(request);
  const std::uint64_t held_before = std::exchange(job.held, 0);
  if (!answer || answer->status >= 300) co_return false;
  if (job.attempts == 0) {
    const result<BlobStatus> status = read_status(answer->body);
    if (!status) co_return false;
    if (*status == BlobStatus::unknown) job.held = read_offset(answer->body).value_or(0);
    if (!job.has_sent) job.held_at_first = job.held;
    co_return *status == BlobStatus::stored;
  }
  if (answer->is_upload_complete) co_return true;
  job.held = answer->upload_offset.value_or(0);
  if (!job.has_sent) job.held_at_first = job.held;
  if (job.held > held_before) job.fsm.on_progress();
  co_return false;
}

UploadAction UploadLanes::rehash(UploadJob& job) {
  Payload& payload = payloads_[job.payload];
  const std::uint64_t size_before = payload.id.size;
  if (const result<void> done = options_.rehash(payload); !done)
    return {Kind::give_up, {}, done.error()};
  progress_.bytes_total += payload.id.size - size_before;
  job.delta = nullptr;
  job.may_not_be_ingested = true;
  return job.fsm.on_rehashed(payload.id);
}

void UploadLanes::defer(UploadJob job, const UploadAction& action) {
  job.was_deferred = true;
  job.due = std::chrono::steady_clock::now() + action.delay;
  progress_.files_waiting += 1;
  queue_.put_back(std::move(job));
}

void UploadLanes::settle(const UploadJob& job, Kind kind) {
  const std::uint64_t size = payloads_[job.payload].id.size;
  progress_.bytes_done += size - job.bytes_counted;
  progress_.files_done += 1;
  const std::scoped_lock lock(mutex_);
  if (kind == Kind::finished) {
    outcome_.uploaded_files += 1;
    if (job.is_ingested) {
      outcome_.ingested_files += 1;
      outcome_.ingested_bytes += size;
      return;
    }
    if (job.delta) {
      outcome_.uploaded_bytes += job.delta->length();
      outcome_.spared_bytes += size - job.delta->length();
      return;
    }
    // The server may have lost that part, and got the whole file.
    const std::uint64_t resumed = std::min(job.held_at_first, job.held);
    outcome_.uploaded_bytes += size - resumed;
    outcome_.resumed_bytes += resumed;
  } else if (kind == Kind::already_there) {
    outcome_.already_there += 1;
  } else {
    outcome_.refuses_empty_files = true;
  }
}

}  // namespace shaman::client
