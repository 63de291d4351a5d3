// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "submit/upload/compression.hpp"
#include "submit/upload/upload_queue.hpp"
#include "submit/upload/uploader.hpp"

namespace shaman::client {

/// The common state of all lanes. A lane is one connection that sends one file, or one batch, after
/// another. Each lane's coroutine runs on its own strand.
class UploadLanes {
 public:
  UploadLanes(const Server& server, std::span<Payload> payloads, const UploaderOptions& options,
              Progress& progress);

  boost::asio::awaitable<void> run_lane(Network::Strand strand, UploadQueue::Lane lane);
  boost::asio::awaitable<void> run_batch_lane(Network::Strand strand);

  void fail(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::move(error);
    stop_.request_stop();
  }

  [[nodiscard]] std::size_t batched_files() const { return queue_.batched_files(); }
  [[nodiscard]] std::stop_source& stop() { return stop_; }
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] const UploadOutcome& outcome() const { return outcome_; }

 private:
  [[nodiscard]] std::vector<UploadQueue::Item> first_jobs() const;
  boost::asio::awaitable<void> pursue(HttpConnection& connection, boost::asio::steady_timer& timer,
                                      UploadJob job, UploadAction action);
  boost::asio::awaitable<void> pursue_batch(HttpConnection& connection,
                                            boost::asio::steady_timer& timer,
                                            std::vector<UploadJob> batch);
  boost::asio::awaitable<void> leave_to_others(HttpConnection& connection,
                                               std::vector<UploadJob>& batch);
  boost::asio::awaitable<result<HttpResponse>> send_batch(HttpConnection& connection,
                                                          const std::vector<UploadJob>& batch,
                                                          bool may_compress);
  boost::asio::awaitable<UploadAction> look_again(HttpConnection& connection, UploadJob& job);
  boost::asio::awaitable<UploadAction> send(HttpConnection& connection, UploadJob& job);
  boost::asio::awaitable<bool> find_held(HttpConnection& connection, UploadJob& job);
  [[nodiscard]] bool may_resume(const UploadJob& job) const;
  [[nodiscard]] std::optional<int> level_for(std::span<const Payload* const> payloads,
                                             bool is_resumable) const;
  /// Shows that the server is away, if that is the reason for sending again.
  [[nodiscard]] UploadAction note_failure(const Error& error, UploadAction action);
  [[nodiscard]] UploadAction rehash(UploadJob& job);
  [[nodiscard]] HttpRequest request_for(const UploadJob& job);
  void settle(const UploadJob& job, UploadAction::Kind kind);
  void defer(UploadJob job, const UploadAction& action);

  const Server& server_;
  std::span<Payload> payloads_;
  const UploaderOptions& options_;
  Progress& progress_;
  UploadQueue queue_;
  std::stop_source stop_;
  std::atomic<bool> has_company_{false};  // another client sends some of these files

  std::mutex mutex_;  // of what follows
  std::optional<Error> failure_;
  UploadOutcome outcome_;
};

}  // namespace shaman::client
