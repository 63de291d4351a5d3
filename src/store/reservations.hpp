// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman {

/// What uploads under way may still take of the storage: each reserves its size before it starts,
/// so that all that were let in can end. Thread-safe.
class Reservations {
 public:
  /// All references must outlive it.
  Reservations(fs::FileSystem& file_system, const fs::Folder& root, const fs::Folder& blobs,
               WorkerPool& pool, const StoreLimits& limits)
      : file_system_(file_system), root_(root), blobs_(blobs), pool_(pool), limits_(limits) {}

  /// Sets `bytes` aside, and what one file takes of inodes. errc::storage_full says what is short.
  [[nodiscard]] result<void> reserve(std::uint64_t bytes);
  /// So many of the reserved bytes are on the disk by now.
  void taken(std::uint64_t bytes) { bytes_ -= bytes; }
  /// The upload has ended, with so many bytes of its reservation left.
  void release(std::uint64_t bytes) {
    bytes_ -= bytes;
    --files_;
  }

  void set_limits(const StoreLimits& limits);

  /// Of all stored files, as far as it is known: counted by count(), and what this server stored
  /// since then.
  [[nodiscard]] std::uint64_t store_size() const noexcept { return store_size_; }
  void stored(std::uint64_t bytes) { store_size_ += bytes; }
  /// Counts what is stored, where there is a limit to it. Blocks for as long as listing takes; what
  /// cannot be listed counts as nothing.
  void count();

 private:
  [[nodiscard]] std::uint64_t size_of_shard(const fs::Folder& shard);
  [[nodiscard]] result<void> check_space(std::uint64_t bytes);
  [[nodiscard]] result<void> check_store_size(std::uint64_t bytes) const;

  fs::FileSystem& file_system_;
  const fs::Folder& root_;
  const fs::Folder& blobs_;
  WorkerPool& pool_;
  mutable std::mutex mutex_;  // from the look at what is free to the reservation
  StoreLimits limits_;        // guarded by it
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> files_{0};
  std::atomic<std::uint64_t> store_size_{0};
};

}  // namespace shaman
