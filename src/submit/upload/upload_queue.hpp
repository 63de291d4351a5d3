// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "submit/upload/company.hpp"
#include "submit/upload/payload.hpp"
#include "submit/upload/ring.hpp"
#include "submit/upload/upload_job.hpp"

namespace shaman::client {

/// Distributes the files to the lanes, while more are added. All members may be called from any
/// thread.
///
/// Large files are few, and one alone uses the whole bandwidth; small ones each wait for the
/// server's disk, so many are sent at a time. A *large* lane takes the largest file first and helps
/// with the small ones if no large one is left; a *small* lane takes only small files, also the
/// largest first. So the largest files, which would otherwise delay the end, start first, and never
/// more at a time than there are large lanes. A *batch* lane takes many of the smallest files at a
/// time, and helps with the others if none is left.
class UploadQueue {
 public:
  static constexpr std::uint64_t kLargeFrom = std::uint64_t{8} << 20U;  ///< bytes
  /// Enough to make the round trip negligible, few enough to share among several lanes.
  static constexpr std::size_t kBatchFiles = 512;
  static constexpr std::uint64_t kBatchBytes = std::uint64_t{8} << 20U;
  /// While other clients may be sending the same files: little is sent twice.
  static constexpr std::uint64_t kShortBatchBytes = std::uint64_t{1} << 20U;
  /// Batches grow from short ones, doubled after so many, because only the answers show whether
  /// there is another client.
  static constexpr std::size_t kGrowAfter = 4;
  /// With company, no batch has more than this part of what is left.
  static constexpr std::uint64_t kLastBatches = 32;
  static constexpr std::size_t kSample = 32;

  enum class Lane : std::uint8_t { large, small, batch };

  using Item = UploadItem;

  /// The work of a lane.
  struct Turn {
    std::vector<UploadJob> jobs;  ///< empty: nothing to do now
    bool is_batch = false;
    /// Ask first which of these files the server still lacks: there may be other clients.
    bool is_doubtful = false;
    bool is_over = false;  ///< nothing will be added
  };
  using Wake = std::function<void()>;

  /// Files of up to `batch_up_to` bytes are for batch lanes alone. `random` gives numbers from 0 to
  /// 1, which say where among those to begin: clients that send the same files should not all begin
  /// with the same one.
  explicit UploadQueue(
      std::uint64_t batch_up_to = 0, Jitter random = [] { return 0.0; })
      : batch_up_to_(batch_up_to), random_(std::move(random)) {}

  void add(std::vector<Item> items);
  /// Nothing more will be added.
  void close();

  /// What this lane does next. Deferred jobs follow after all others; wait until they are due. If
  /// there is nothing now, `wake` is called, once, when there may be.
  [[nodiscard]] Turn take(Lane lane, Wake wake = nullptr);
  /// To be tried again when it is due.
  void put_back(UploadJob deferred);
  /// Queues files again that another client was sending, after all others.
  void put_back_batch(std::span<const Payload> payloads, std::vector<UploadJob> jobs);
  /// Queues files before all others.
  void put_next(std::span<const Payload> payloads, std::vector<UploadJob> jobs);
  /// With company, takes what is too much for a short batch off its end.
  [[nodiscard]] std::vector<UploadJob> cut_off(std::span<const Payload> payloads,
                                               std::vector<UploadJob>& batch) const;

  /// Goes on somewhere else among the smallest files: another client is sending those that follow.
  void go_elsewhere();
  /// Some payloads of the smallest files that are left, for the question whether there is company.
  [[nodiscard]] std::vector<Ring::Sampled> sample() const;
  /// Whether none of this client's lanes has taken it.
  [[nodiscard]] bool is_waiting(const Ring::Sampled& sampled) const;

  /// Another client sends some of these files.
  void note_company();
  /// Of the files of a batch that this client asked for, the server still lacks so many.
  void note_share(std::size_t asked, std::size_t lacking);
  [[nodiscard]] bool has_company() const;

  /// Number of lanes of each kind that the files added so far can use.
  struct Use {
    std::size_t large = 0;
    std::size_t small = 0;
    std::size_t batch = 0;
  };
  [[nodiscard]] Use use() const;

 private:
  // All with the mutex held.
  [[nodiscard]] std::uint64_t batch_bytes() const noexcept;
  [[nodiscard]] std::vector<UploadJob> take_batch();
  [[nodiscard]] std::optional<UploadJob> take_deferred();
  void wake_waiting(std::unique_lock<std::mutex> lock);

  const std::uint64_t batch_up_to_;
  const Jitter random_;
  mutable std::mutex mutex_;
  std::vector<Item> large_;  ///< the next one is the last
  std::vector<Item> small_;
  Ring tiny_;
  std::vector<UploadJob> deferred_;
  std::vector<Wake> waiting_;
  std::size_t added_ = 0;
  std::size_t added_large_ = 0;
  std::size_t added_tiny_ = 0;
  std::uint64_t added_tiny_bytes_ = 0;
  std::size_t batches_ = 0;
  Company company_;
  bool is_closed_ = false;
};

}  // namespace shaman::client
