// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/worker_pool.hpp"

#include "store/root/blob_folder.hpp"
#include "store/root/whole_flush.hpp"
#include "store/uploads/blob_committer.hpp"

namespace shaman {

/// Makes many small blobs part of the store with few flushes. Each round puts everything in the
/// storage on the disk with one call, which serves the contents of the blobs that came since the
/// last one, and the names that the last round gave
/// (docs/design/0091-batches-share-their-flushes.md). All members may be called from any thread.
class GroupCommit {
 public:
  /// Receives the outcome, on any thread.
  using Done = std::function<void(result<void>)>;
  /// Runs a job on another thread; the owner waits for all before it destroys this.
  using Post = std::function<void(std::function<void()>)>;

  /// All references must outlive it.
  GroupCommit(fs::FileSystem& file_system, BlobCommitter& committer, WholeFlush& storage,
              WorkerPool& pool, WholeFlush::Calls calls, Post post)
      : file_system_(file_system),
        committer_(committer),
        storage_(storage),
        pool_(pool),
        calls_(calls),
        post_(std::move(post)) {}

  /// False: what other programs write to the same file system makes each round slow at the moment;
  /// flush the blobs one by one.
  [[nodiscard]] bool is_quick() const { return file_system_.steady_now() >= slow_until_.load(); }

  /// Commits a sealed blob, as BlobCommitter::commit() does. `marked` is a time before it was
  /// sealed.
  void add(PendingBlob blob, fs::Time marked, Done done);

 private:
  struct Waiting {
    PendingBlob blob;
    fs::Time marked;
    Done done;
    result<void> outcome;
  };
  using Group = std::vector<Waiting>;

  void run();
  [[nodiscard]] Group take(bool is_last_round);
  void run_round(Group& come, Group& named);
  void note_time(std::chrono::nanoseconds took, const Group& come);

  fs::FileSystem& file_system_;
  BlobCommitter& committer_;
  WholeFlush& storage_;
  WorkerPool& pool_;
  const WholeFlush::Calls calls_;
  const Post post_;
  std::atomic<std::chrono::steady_clock::time_point> slow_until_{};

  std::mutex mutex_;  // of what follows
  Group waiting_;
  bool is_running_ = false;
};

}  // namespace shaman
