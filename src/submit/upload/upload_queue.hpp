// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "submit/upload/payload.hpp"
#include "submit/upload/upload_fsm.hpp"

namespace shaman::client {

/// A file to be sent (again), and what became of it so far.
struct UploadJob {
  std::size_t payload = 0;  ///< index
  UploadFsm fsm;
  bool was_deferred = false;
  std::chrono::steady_clock::time_point due;  ///< not before
  std::uint64_t bytes_counted = 0;            ///< as progress, of an upload that is over
  unsigned attempts = 0;
  unsigned batches = 0;        ///< in which somebody else was sending it
  std::uint64_t held = 0;      ///< by the server, when it was last asked
  bool is_sent_whole = false;  ///< as the server keeps no more unfinished uploads
};

/// Hands the files to be sent to those who send them. All members may be called from any thread.
///
/// Large files are few and fill the line by themselves; small ones each wait for the server's disk
/// and so are sent many at a time. A *large* lane takes the largest file first and helps with the
/// small ones when no large one is left; a *small* lane takes only small files, the largest first
/// too. So the largest files, which would otherwise be what everybody waits for at the end, start
/// first, and never more of them at a time than there are large lanes.
class UploadQueue {
 public:
  static constexpr std::uint64_t kLargeFrom = std::uint64_t{8} << 20U;  ///< bytes
  /// Enough that the way there and back does not count, few enough that several lanes have some.
  static constexpr std::size_t kBatchFiles = 512;
  static constexpr std::uint64_t kBatchBytes = std::uint64_t{8} << 20U;

  enum class Lane : std::uint8_t { large, small };

  /// A job with the size of its file.
  struct Item {
    std::uint64_t size = 0;
    UploadJob job;
  };
  /// Files of up to `batch_up_to` bytes are for take_batch() alone; `begin_at`, from 0 to 1, says
  /// with which of them it begins: many who send the same files should not all begin with the same.
  explicit UploadQueue(std::vector<Item> items, std::uint64_t batch_up_to = 0, double begin_at = 0);

  /// As many of the smallest files as one request may carry; none when there are no more.
  [[nodiscard]] std::vector<UploadJob> take_batch();

  /// The next job of this lane; nothing when it has no more to do. A deferred one comes only after
  /// all others, and is to be waited for until it is due.
  [[nodiscard]] std::optional<UploadJob> take(Lane lane);
  void put_back(UploadJob deferred);
  /// Files that somebody else was sending just now: once more, after all others.
  void put_back_batch(std::span<const Payload> payloads, std::vector<UploadJob> jobs);
  /// How many take_batch() has still to give.
  [[nodiscard]] std::size_t batched_files() const;

 private:
  mutable std::mutex mutex_;
  std::vector<UploadJob> large_;  ///< the next one is the last
  std::vector<UploadJob> small_;
  std::deque<Item> tiny_;
  std::vector<UploadJob> deferred_;
};

}  // namespace shaman::client
