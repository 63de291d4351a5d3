// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"
#include "shaman/worker_pool.hpp"

#include "store/space/space_shares.hpp"

namespace shaman {

/// Sets aside free space of the storage for uploads and other writers, each client within its share
/// (space_shares.hpp). Writing only covered bytes leaves `min_free_space` and `min_free_inodes`
/// free. Thread-safe.
class Reservations {
 public:
  /// All references must outlive it.
  Reservations(fs::FileSystem& file_system, const fs::Folder& root, const fs::Folder& blobs,
               WorkerPool& pool, const StoreLimits& limits)
      : file_system_(file_system), root_(root), blobs_(blobs), pool_(pool), limits_(limits) {}

  /// The space that one upload, or any other writer, has set aside; given back when destroyed. One
  /// thread at a time.
  class Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), hold_(other.hold_) {}
    Hold& operator=(Hold&& other) noexcept;
    ~Hold() { release(); }

    /// Call before writing this many bytes: ensures that they fit. errc::storage_full says what is
    /// short. For uploads only; space that was set aside whole is covered.
    [[nodiscard]] result<void> cover(std::uint64_t bytes);
    /// Call after writing them.
    void wrote(std::uint64_t bytes);
    void release() noexcept;

   private:
    friend class Reservations;
    Hold(Reservations& owner, SpaceShares::Hold& hold) : owner_(&owner), hold_(&hold) {}
    Reservations* owner_ = nullptr;
    SpaceShares::Hold* hold_ = nullptr;
  };

  /// Announces a file of this many bytes. `client` is Requester::client. Its bytes are set aside as
  /// they arrive, its inodes now. errc::storage_full says what is short: there is no room for this
  /// size now.
  [[nodiscard]] result<Hold> begin_upload(std::string_view client, std::uint64_t bytes);

  /// The limits that count.
  enum class Counts : std::uint8_t {
    as_stored,  ///< also against the largest size of the store
    as_links,   ///< folders and links: only against what is free on the file system
  };
  /// Sets all of it aside at once, for data that are written without delay. errc::storage_full says
  /// what is short.
  [[nodiscard]] result<Hold> set_aside(std::string_view client, const SpaceAmount& amount,
                                       Counts counts = Counts::as_stored);

  void set_limits(const StoreLimits& limits);

  /// The known size of all stored files: the result of count(), and the files that this server
  /// stored since then.
  [[nodiscard]] std::uint64_t store_size() const noexcept { return store_size_; }
  void stored(std::uint64_t bytes) {
    store_size_ += bytes;
    bytes_added_ += bytes;
    ++blobs_added_;
  }
  /// What stored() was told, in all.
  [[nodiscard]] std::uint64_t blobs_added() const noexcept { return blobs_added_; }
  [[nodiscard]] std::uint64_t bytes_added() const noexcept { return bytes_added_; }
  /// Counts the stored bytes, if they are limited. Blocks while it lists all files; folders that
  /// cannot be listed count as empty.
  void count();

  /// The bytes that uploads may still take, by the free space and the limits. Looks at the storage.
  [[nodiscard]] result<std::uint64_t> left_for_uploads() const;
  /// The bytes that are free beyond `min_free_space`.
  [[nodiscard]] result<std::uint64_t> left_on_disk() const;

 private:
  // The usable space, and the limit that determines it.
  struct Room {
    SpaceAmount amount;
    fs::Space space;
    bool is_by_store_size = false;
  };
  [[nodiscard]] std::uint64_t size_of_shard(const fs::Folder& shard);
  [[nodiscard]] result<Room> look_for_room(Counts counts = Counts::as_stored) const;
  [[nodiscard]] Error no_room(const Room& room, const SpaceAmount& wanted,
                              SpaceShares::Short what) const;

  fs::FileSystem& file_system_;
  const fs::Folder& root_;
  const fs::Folder& blobs_;
  WorkerPool& pool_;
  mutable std::mutex mutex_;  // from reading the free space to the reservation
  StoreLimits limits_;        // guarded by it
  SpaceShares shares_;        // guarded by it
  std::atomic<std::uint64_t> store_size_{0};
  std::atomic<std::uint64_t> blobs_added_{0};
  std::atomic<std::uint64_t> bytes_added_{0};
};

}  // namespace shaman
