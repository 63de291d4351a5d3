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

/// What is set aside of the storage's free space for those who are about to write, each client
/// within its share (space_shares.hpp). What is written only after it was covered leaves
/// `min_free_space` and `min_free_inodes` free. Thread-safe.
class Reservations {
 public:
  /// All references must outlive it.
  Reservations(fs::FileSystem& file_system, const fs::Folder& root, const fs::Folder& blobs,
               WorkerPool& pool, const StoreLimits& limits)
      : file_system_(file_system), root_(root), blobs_(blobs), pool_(pool), limits_(limits) {}

  /// What one upload, or anything else that writes, has set aside; given back when destroyed. One
  /// thread at a time.
  class Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), hold_(other.hold_) {}
    Hold& operator=(Hold&& other) noexcept;
    ~Hold() { release(); }

    /// Before so many bytes are written: makes sure that they fit. errc::storage_full says what is
    /// short. Of an upload only; what was set aside whole is covered.
    [[nodiscard]] result<void> cover(std::uint64_t bytes);
    /// They are written now.
    void wrote(std::uint64_t bytes);
    void release() noexcept;

   private:
    friend class Reservations;
    Hold(Reservations& owner, SpaceShares::Hold& hold) : owner_(&owner), hold_(&hold) {}
    Reservations* owner_ = nullptr;
    SpaceShares::Hold* hold_ = nullptr;
  };

  /// A file of so many bytes is going to come. `client` is Requester::client. Its bytes are set
  /// aside as it comes, its inodes now. errc::storage_full says what is short: for this size there
  /// is no room now.
  [[nodiscard]] result<Hold> begin_upload(std::string_view client, std::uint64_t bytes);

  /// What something counts for.
  enum class Counts : std::uint8_t {
    as_stored,  ///< also against the largest size of the store
    as_links,   ///< folders and links: only against what is free on the file system
  };
  /// Sets all of it aside at once, for what is written without delay. errc::storage_full says what
  /// is short.
  [[nodiscard]] result<Hold> set_aside(std::string_view client, const SpaceAmount& amount,
                                       Counts counts = Counts::as_stored);

  void set_limits(const StoreLimits& limits);

  /// Of all stored files, as far as it is known: counted by count(), and what this server stored
  /// since then.
  [[nodiscard]] std::uint64_t store_size() const noexcept { return store_size_; }
  void stored(std::uint64_t bytes) { store_size_ += bytes; }
  /// Counts what is stored, where there is a limit to it. Blocks for as long as listing takes; what
  /// cannot be listed counts as nothing.
  void count();

 private:
  // What may be used, and of which limit it comes.
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
  mutable std::mutex mutex_;  // from the look at what is free to the reservation
  StoreLimits limits_;        // guarded by it
  SpaceShares shares_;        // guarded by it
  std::atomic<std::uint64_t> store_size_{0};
};

}  // namespace shaman
