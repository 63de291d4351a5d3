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

/// A file to send (again), and its progress so far.
struct UploadJob {
  std::size_t payload = 0;  ///< index
  UploadFsm fsm;
  bool was_deferred = false;
  std::chrono::steady_clock::time_point due;  ///< not before
  std::uint64_t bytes_counted = 0;            ///< as progress, of an upload that has ended
  unsigned attempts = 0;
  unsigned batches = 0;             ///< in which another client was sending it
  std::uint64_t held = 0;           ///< by the server, at the last request
  std::uint64_t held_at_first = 0;  ///< by the server, before this client sent any of it
  bool has_sent = false;            ///< perhaps some of the file
  bool is_sent_whole = false;       ///< because the server keeps no more partial uploads
  std::optional<int> zstd_level{};  ///< of this attempt, if it is compressed
  bool is_sent_plain = false;       ///< because a compressed attempt failed
};

/// Distributes the files to the lanes. All members may be called from any thread.
///
/// Large files are few, and one alone uses the whole bandwidth; small ones each wait for the
/// server's disk, so many are sent at a time. A *large* lane takes the largest file first and helps
/// with the small ones if no large one is left; a *small* lane takes only small files, also the
/// largest first. So the largest files, which would otherwise delay the end, start first, and never
/// more at a time than there are large lanes.
class UploadQueue {
 public:
  static constexpr std::uint64_t kLargeFrom = std::uint64_t{8} << 20U;  ///< bytes
  /// Enough to make the round trip negligible, few enough to share among several lanes.
  static constexpr std::size_t kBatchFiles = 512;
  static constexpr std::uint64_t kBatchBytes = std::uint64_t{8} << 20U;

  enum class Lane : std::uint8_t { large, small };

  /// A job with the size of its file.
  struct Item {
    std::uint64_t size = 0;
    UploadJob job;
  };
  /// Files of up to `batch_up_to` bytes are for take_batch() alone; `begin_at`, from 0 to 1,
  /// determines the first of them: clients that send the same files should not all begin with the
  /// same one.
  explicit UploadQueue(std::vector<Item> items, std::uint64_t batch_up_to = 0, double begin_at = 0);

  /// As many of the smallest files as one request may carry; none if none is left.
  [[nodiscard]] std::vector<UploadJob> take_batch();

  /// The next job of this lane; nothing if it has finished. Deferred jobs follow after all others;
  /// wait until they are due.
  [[nodiscard]] std::optional<UploadJob> take(Lane lane);
  void put_back(UploadJob deferred);
  /// Queues files again that another client was sending, after all others.
  void put_back_batch(std::span<const Payload> payloads, std::vector<UploadJob> jobs);
  /// The number of files left for take_batch().
  [[nodiscard]] std::size_t batched_files() const;

 private:
  mutable std::mutex mutex_;
  std::vector<UploadJob> large_;  ///< the next one is the last
  std::vector<UploadJob> small_;
  std::deque<Item> tiny_;
  std::vector<UploadJob> deferred_;
};

}  // namespace shaman::client
