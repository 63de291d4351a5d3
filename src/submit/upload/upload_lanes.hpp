// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
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
  /// At most `most_payloads` will be added.
  UploadLanes(const Server& server, std::size_t most_payloads, const UploaderOptions& options,
              Progress& progress);

  /// One thread at a time.
  void add(std::vector<Payload> payloads);
  /// Nothing more will be added: the lanes end with the last file.
  void close() { queue_.close(); }
  void note_company() { queue_.note_company(); }

  boost::asio::awaitable<void> run_lane(Network::Strand strand, UploadQueue::Lane lane);

  void fail(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::move(error);
    stop_.request_stop();
  }

  [[nodiscard]] UploadQueue::Use use() const { return queue_.use(); }
  [[nodiscard]] std::stop_source& stop() { return stop_; }
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] const UploadOutcome& outcome() const { return outcome_; }
  /// All that were added.
  [[nodiscard]] std::span<const Payload> payloads() const { return payloads_; }

 private:
  boost::asio::awaitable<void> pursue_alone(HttpConnection& connection,
                                            boost::asio::steady_timer& timer, UploadJob job);
  boost::asio::awaitable<void> pursue(HttpConnection& connection, boost::asio::steady_timer& timer,
                                      UploadJob job, UploadAction action);
  boost::asio::awaitable<void> pursue_batch(HttpConnection& connection,
                                            boost::asio::steady_timer& timer,
                                            UploadQueue::Turn turn);
  using Statuses = std::map<BlobId, BlobStatus>;
  boost::asio::awaitable<result<Statuses>> ask_again(HttpConnection& connection,
                                                     const std::vector<UploadJob>& batch);
  /// A batch of which the server lacks less than all.
  struct Division {
    std::vector<UploadJob> now;    ///< to be sent
    std::vector<UploadJob> next;   ///< perhaps on their way from another client
    std::vector<UploadJob> later;  ///< on their way from another client
    bool has_met = false;          ///< another client
  };
  [[nodiscard]] Division divide(std::vector<UploadJob> batch, const Statuses& lacking);
  boost::asio::awaitable<bool> leave_to_others(HttpConnection& connection,
                                               std::vector<UploadJob>& batch);
  boost::asio::awaitable<result<HttpResponse>> send_batch(HttpConnection& connection,
                                                          const std::vector<UploadJob>& batch,
                                                          bool may_compress);
  boost::asio::awaitable<UploadAction> look_again(HttpConnection& connection, UploadJob& job);
  boost::asio::awaitable<UploadAction> send(HttpConnection& connection, UploadJob& job);
  boost::asio::awaitable<UploadAction> send_delta(HttpConnection& connection, UploadJob& job);
  [[nodiscard]] std::optional<std::string> ingest_path_of(UploadJob& job);
  boost::asio::awaitable<std::optional<UploadAction>> let_ingest(HttpConnection& connection,
                                                                 UploadJob& job);
  [[nodiscard]] UploadAction on_ingest_answer(const HttpResponse& answer, UploadJob& job);
  void note_refused_ingest(UploadJob& job);
  [[nodiscard]] bool may_send_delta(const UploadJob& job) const;
  [[nodiscard]] std::shared_ptr<const Delta> make_delta(const UploadJob& job);
  [[nodiscard]] HttpRequest ingest_request(const UploadJob& job, const std::string& path,
                                           const Digest& proof) const;
  [[nodiscard]] HttpRequest delta_request(const UploadJob& job);
  boost::asio::awaitable<bool> find_held(HttpConnection& connection, UploadJob& job);
  [[nodiscard]] bool may_resume(const UploadJob& job) const;
  [[nodiscard]] std::optional<int> level_for(std::span<const Payload* const> payloads,
                                             bool is_resumable) const;
  /// Shows that the server is away, if that is the reason for sending again.
  [[nodiscard]] UploadAction note_failure(const Error& error, UploadAction action);
  [[nodiscard]] UploadAction rehash(UploadJob& job);
  /// What all requests about a file begin with; and those that bring it whole.
  [[nodiscard]] HttpRequest to_file(const UploadJob& job) const;
  [[nodiscard]] HttpRequest post_of(const UploadJob& job) const;
  [[nodiscard]] HttpRequest request_for(const UploadJob& job);
  /// For a file that the server makes itself, until it answers.
  [[nodiscard]] static std::chrono::seconds time_to_make(const Payload& payload);
  void settle(const UploadJob& job, UploadAction::Kind kind);
  void defer(UploadJob job, const UploadAction& action);

  const Server& server_;
  std::vector<Payload> payloads_;  ///< never moves: lanes use it while it grows
  const UploaderOptions& options_;
  Progress& progress_;
  PackedBudget packed_budget_;  // outlives the jobs
  UploadQueue queue_;
  std::stop_source stop_;

  std::mutex mutex_;  // of what follows
  std::optional<Error> failure_;
  UploadOutcome outcome_;
};

}  // namespace shaman::client
