// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/store.hpp"

#include "store/guarded.hpp"
#include "store/housekeeping/dismantling.hpp"
#include "store/housekeeping/housekeeper.hpp"
#include "store/housekeeping/storage_look.hpp"
#include "store/journal/journal.hpp"
#include "store/journal/replay.hpp"
#include "store/known/known_blobs.hpp"
#include "store/known/mark_cache.hpp"
#include "store/root/blob_folder.hpp"
#include "store/root/instance.hpp"
#include "store/root/root.hpp"
#include "store/root/storage_watch.hpp"
#include "store/root/whole_flush.hpp"
#include "store/space/reservations.hpp"
#include "store/uploads/blob_committer.hpp"
#include "store/uploads/claim_table.hpp"
#include "store/uploads/group_commit.hpp"
#include "store/uploads/partial_files.hpp"
#include "store/uploads/partial_table.hpp"

namespace shaman {

/// The parts of a store. Store's members (store.cpp, uploads.cpp, requirements.cpp) work on it;
/// other parts see it through StoreInterior.
struct Store::Impl {
  Impl(fs::FileSystem& file_system_, const StoreOptions& options_, WorkerPool& pool_,
       StorageRoot root_, Instance instance_, std::string path);
  ~Impl();
  /// See Store::open().
  [[nodiscard]] static result<std::unique_ptr<Impl>> open(fs::FileSystem& file_system,
                                                          const std::string& root,
                                                          const StoreOptions& options,
                                                          WorkerPool& pool);

  /// See run_guarded().
  template <class Work>
  [[nodiscard]] auto guarded(Work&& work) -> decltype(work()) {
    return run_guarded(*this, std::forward<Work>(work));
  }
  [[nodiscard]] result<void> check_there() { return watch.check(); }
  [[nodiscard]] std::uint64_t epoch() const noexcept { return watch.epoch(); }
  /// `looks_now`: look even if the last look was a moment ago.
  [[nodiscard]] result<void> is_still_there(std::uint64_t epoch, bool looks_now);

  void log(LogLevel level, const std::string& message) const {
    if (options.log) options.log(level, message);
  }

  /// The key of a scope's claim on a blob and of its partial upload.
  [[nodiscard]] static BlobId key_of(const Requester& requester, const BlobId& id);
  [[nodiscard]] bool is_claimed(const BlobId& id, const Requester& requester) const;
  [[nodiscard]] bool is_committing(const BlobId& id, const Requester& requester) const;
  /// Whether it is stored, as far as the requester may know.
  [[nodiscard]] result<bool> holds(const BlobId& id, const Requester& requester,
                                   BlobFolder::Mark mark,
                                   KnownBlobs::Others others = KnownBlobs::Others::looked_for);

  /// Its status, without marking it; nothing if it exists but must be flushed before it counts.
  /// Does not read the disk for a blob that is being committed.
  [[nodiscard]] result<std::optional<BlobStatus>> status_unflushed(const BlobId& id,
                                                                   const Requester& requester);
  [[nodiscard]] result<BlobStatus> status_of(const BlobId& id, const Requester& requester);

  /// The status of many blobs, on all threads of the pool; stored blobs are durable and marked as
  /// used now. With `trust_memory` the disk is not read for recently marked blobs. Blocks.
  using IdAt = std::function<BlobId(std::size_t)>;
  [[nodiscard]] result<void> mark_all(bool trust_memory, const IdAt& id_at,
                                      std::span<BlobStatus> out, const Requester& requester = {});

  /// Stores a small blob that the server made itself; it is stored and marked on return. Blocks.
  [[nodiscard]] result<BlobId> put(std::string_view content);

  // Store's members of these names, where the storage is there.
  [[nodiscard]] result<std::optional<StoredBlob>> open_blob(const BlobId& id,
                                                            const Requester& requester);
  [[nodiscard]] result<BeginResult> begin_upload(const BlobId& id, bool can_defer,
                                                 const Requester& requester);
  [[nodiscard]] result<ResumeResult> create_resumable(const BlobId& id, bool can_defer,
                                                      const Takeover& takeover,
                                                      const Requester& requester);
  [[nodiscard]] result<ResumeResult> append_resumable(const BlobId& id, const Takeover& takeover,
                                                      const Requester& requester);

  /// Checks the upload, makes its blob part of the store, and gives the claim back. Blocks.
  [[nodiscard]] result<void> finish(std::shared_ptr<Upload::State> upload);
  /// The same with few flushes for many blobs. `done` is called on another thread.
  void finish_among_many(std::shared_ptr<Upload::State> upload,
                         std::function<void(result<void>)> done);
  /// The last steps, with the outcome of the others.
  [[nodiscard]] result<void> conclude(Upload::State& upload, result<void> outcome);
  /// The pool on which uploads are finished.
  [[nodiscard]] WorkerPool& finishers() noexcept { return flushers ? *flushers : pool; }

  /// An unused name for a temporary file.
  [[nodiscard]] std::string temporary_name(const BlobId& id);

  /// Removes what dead servers left, after it has put their journals in place. One thread at a
  /// time.
  void reap_dead_servers();
  /// Once nothing of opening is left to do: its thread does some of it again.
  void start_housekeeping();

  /// Runs the job on the pool, for no client. It ends before this is destroyed.
  void run_later(std::function<void()> job);
  /// Work on other threads that must end before this is destroyed.
  void begin_job();
  void end_job();

  fs::FileSystem& file_system;
  const StoreOptions options;
  WorkerPool& pool;
  StorageRoot root;
  Instance instance;
  StorageWatch watch;
  std::vector<std::string> remarks;  ///< of opening
  ClaimTable claims;
  MarkCache marks;
  BlobFolder blobs;
  BlobCommitter committer;
  WholeFlush whole_flush;
  JournalReplay replay;
  Dismantling dismantling;
  PartialFiles partials;
  Reservations reservations;
  StorageLook storage_look;
  PartialTable partial_leases;
  KnownBlobs known_blobs;
  std::unique_ptr<Journal> journal;  ///< null: none
  /// With `group`: flushes wait for the disk, not for a core. A pool apart, larger than the one
  /// that hashes and writes, lets all of them wait for the same write of the journal.
  std::optional<WorkerPool> flushers;
  std::optional<GroupCommit> group;  ///< none where one call does not put everything on the disk

  std::atomic<bool> refuses_uploads{false};
  std::atomic<std::uint64_t> next_name{1};
  std::atomic<std::uint64_t> uploads_begun{0};
  std::atomic<std::uint64_t> uploads_committed{0};
  std::atomic<std::uint64_t> uploads_failed{0};
  std::atomic<std::uint64_t> bytes_written{0};
  std::atomic<std::uint64_t> takeovers{0};
  std::atomic<std::uint64_t> marks_saved{0};

 private:
  std::mutex jobs_mutex_;
  std::condition_variable jobs_ended_;
  std::size_t jobs_ = 0;
  std::optional<Housekeeper> housekeeper_;
};

/// An upload under way, with its claim.
struct Upload::State {
  State(Store::Impl& store_, const BlobId& id_, const Requester& requester,
        ClaimTable::Ticket ticket_)
      : store(store_),
        id(id_),
        scope(requester.scope),
        key(Store::Impl::key_of(requester, id_)),
        epoch(store_.watch.epoch()),
        losses(store_.whole_flush.losses()),
        ticket(ticket_) {}
  ~State();

  [[nodiscard]] result<void> write(std::span<const std::byte> piece);
  [[nodiscard]] result<bool> clone(const fs::File& source);
  [[nodiscard]] result<void> hash_clone(std::span<std::byte> into);
  [[nodiscard]] result<void> verify();
  [[nodiscard]] result<void> checkpoint();
  /// Nothing more is taken.
  [[nodiscard]] result<void> fail(const Error& why);
  [[nodiscard]] result<void> fail_on_disk(const boost::system::error_code& error,
                                          std::string_view what);

  Store::Impl& store;
  const BlobId id;
  const std::string scope;     ///< the scope that gets the proof on commit
  const BlobId key;            ///< see Store::Impl::key_of
  const std::uint64_t epoch;   ///< of the storage that the file is in
  const std::uint64_t losses;  ///< WholeFlush::losses() before anything was written
  ClaimTable::Ticket ticket;   ///< 0: none
  std::string name;
  fs::File file;
  Sha256 hash;
  std::uint64_t received = 0;
  std::uint64_t written_back = 0;
  Reservations::Hold reserved;
  std::optional<Error> failure;              ///< of a write: no more data are accepted
  std::uint64_t durable = 0;                 ///< of a resumable upload: the offset in its name
  std::optional<PartialTable::Lease> lease;  ///< of a resumable upload; last: released first
};

}  // namespace shaman
