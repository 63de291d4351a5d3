// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/server.hpp"

#include "http/client/http_connection.hpp"
#include "http/client/network.hpp"
#include "submit/delta/delta.hpp"
#include "submit/upload/ingestion.hpp"
#include "submit/upload/payload.hpp"
#include "submit/upload/upload_fsm.hpp"

namespace shaman::client {

struct UploaderOptions {
  std::size_t large_lanes = 4;
  std::size_t small_lanes = 28;
  std::size_t batch_lanes = 4;
  /// From this size on, only the head of a request is sent first, so that files that the server
  /// already has are not sent.
  std::uint64_t expect_from = std::uint64_t{1} << 20U;
  std::chrono::milliseconds wait_for_continue{1'000};
  /// The server accepts many small files in one request.
  bool can_batch = false;
  /// The server can continue a broken upload.
  bool can_resume = false;
  /// The server decodes compressed bodies, and this measures the line to it; null: it does not.
  LineMeter* line = nullptr;
  /// Files that the server can read itself; null: none.
  Ingestion* ingestion = nullptr;
  /// Finds another version of a payload's file that the server may have, and the pieces of this
  /// one. Called from several threads, for different payloads. Empty: the server accepts no deltas.
  std::function<std::optional<EarlierVersion>(Payload&)> find_earlier;
  UploadPolicy policy;
  HttpTimeouts timeouts;
  RateLimit* rate = nullptr;  ///< of all bodies together, as they go over the line; null: none
  /// Reads a payload's file again and updates its id and state. Called from several threads, for
  /// different payloads. errc::changed_while_read ends the whole upload.
  std::function<result<void>(Payload&)> rehash;
};

/// Uploads as the server can take them: `jobs` at once; 0: a suitable number. With a limit, few
/// share it. `rate` may be null.
[[nodiscard]] UploaderOptions options_for(const ServerInfo& server, std::size_t jobs,
                                          RateLimit* rate, LineMeter& line);

struct UploadOutcome {
  std::uint64_t uploaded_files = 0;
  std::uint64_t uploaded_bytes = 0;  ///< of these; what was sent twice counts once
  std::uint64_t resumed_bytes = 0;   ///< the rest of these, which the server already held
  /// Not sent of these, because the server copied it from an earlier version, or it was packed.
  std::uint64_t spared_bytes = 0;
  std::uint64_t ingested_files = 0;   ///< of uploaded_files: the server read them itself
  std::uint64_t ingested_bytes = 0;   ///< of these; nothing of them is in uploaded_bytes
  std::uint64_t refused_ingests = 0;  ///< files that the server should have read, but were sent
  std::uint64_t already_there = 0;
  /// The server refuses files of 0 bytes, and there is one.
  bool refuses_empty_files = false;
};

/// Sends payloads, several at once, each as often as its UploadFsm says; more can be added
/// meanwhile. The first failure cancels all others. add() and finish() are for one thread at a
/// time.
class Uploader {
 public:
  /// At most `most_payloads` will be added. The references must outlive it, `stop` cancels it.
  Uploader(Network& network, const Server& server, UploaderOptions options,
           std::size_t most_payloads, Progress& progress, std::stop_token stop);
  /// Cancels what is under way, and waits for that.
  ~Uploader();
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;

  /// Begins to send these too, and returns at once.
  void add(std::vector<Payload> payloads);
  /// Another client is sending some of them. Any thread.
  void note_company();
  /// Any thread.
  void cancel();
  /// Requested at the first failure, and when it is cancelled.
  [[nodiscard]] std::stop_token stopped() const;
  /// Waits until the server has all. errc::cancelled if `stop` was requested.
  [[nodiscard]] result<void> finish();

  /// After finish(), also if it failed.
  [[nodiscard]] const UploadOutcome& outcome() const;
  /// All that were added. After finish().
  [[nodiscard]] std::span<const Payload> payloads() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
