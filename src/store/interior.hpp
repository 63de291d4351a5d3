// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "shaman/store.hpp"

#include "store/guarded.hpp"
#include "store/housekeeping/dismantling.hpp"
#include "store/root/root.hpp"
#include "store/space/reservations.hpp"

namespace shaman {

/// The part of a store that checkouts and pins use in addition to its public interface. The store
/// must outlive it. All members may be called from any thread; those that touch the disk block.
class StoreInterior {
 public:
  explicit StoreInterior(Store& store);

  /// The file system through which everything is written.
  [[nodiscard]] fs::FileSystem& file_system() const noexcept;
  /// The storage's folders, opened when the store was.
  [[nodiscard]] const StorageRoot& root() const noexcept;
  /// A folder of this server's own, on the same file system: entries that are made here and renamed
  /// to their place appear complete or not at all. Other servers remove the remains of a dead one.
  [[nodiscard]] const fs::Folder& staging() const noexcept;
  /// The server's name in `.shaman/staging/`, for messages.
  [[nodiscard]] const std::string& name() const noexcept;
  /// For names in staging(): a number that this server has not used before.
  [[nodiscard]] std::uint64_t next_number() const noexcept;
  /// For work on many files at once.
  [[nodiscard]] WorkerPool& pool() const noexcept;
  /// Whether data must be flushed before they are acknowledged (StoreOptions::durability).
  [[nodiscard]] bool flushes() const noexcept;
  void log(LogLevel level, const std::string& message) const;

  /// See run_guarded().
  template <class Work>
  [[nodiscard]] auto guarded(Work&& work) const -> decltype(work()) {
    return run_guarded(*this, std::forward<Work>(work));
  }
  [[nodiscard]] result<void> check_there() const;
  /// Changes each time the storage was away.
  [[nodiscard]] std::uint64_t epoch() const noexcept;
  /// `looks_now`: look even if the last look was a moment ago.
  [[nodiscard]] result<void> is_still_there(std::uint64_t epoch, bool looks_now) const;

  /// Whether any upload is running; and whether one that the requester may know of is sending this
  /// blob.
  [[nodiscard]] bool has_claims() const;
  [[nodiscard]] bool is_claimed(const BlobId& id, const Requester& requester) const;
  [[nodiscard]] result<BlobStatus> status_of(const BlobId& id, const Requester& requester) const;
  /// The status of many blobs, on all threads of the pool; stored blobs are durable and marked as
  /// used now. With `trust_memory` the disk is not read for recently marked blobs.
  [[nodiscard]] result<void> mark_all(bool trust_memory,
                                      const std::function<BlobId(std::size_t)>& id_at,
                                      std::span<BlobStatus> out,
                                      const Requester& requester = {}) const;
  /// The requester may read this blob from now on, as if it had sent it.
  void let_know(const Requester& requester, const BlobId& id) const;
  /// Stores a small blob that the server made itself; it is stored and marked on return.
  [[nodiscard]] result<BlobId> put(std::string_view content) const;

  /// Reserves space for the folders and links of one checkout, until it is given back.
  /// errc::storage_full.
  [[nodiscard]] result<Reservations::Hold> set_aside_links(std::string_view client,
                                                           const SpaceAmount& amount) const;
  /// Takes a checkout apart that was moved to staging(): Dismantling::run().
  [[nodiscard]] result<KeptFiles> dismantle(const std::string& staged_name) const;

 private:
  Store::Impl* store_;
};

}  // namespace shaman
