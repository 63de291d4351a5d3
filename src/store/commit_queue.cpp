// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/commit_queue.hpp"

#include <utility>

#include "store/disk_error.hpp"

namespace shaman {
namespace {

// A bake or an image that is saved through a worker's link must not change everybody's blob.
constexpr std::uint32_t kBlobMode = 0444;

// One blob's steps one after the other, several blobs side by side: as many as the pool has
// threads.
class EachOnItsOwn final : public CommitQueue {
 public:
  EachOnItsOwn(BlobCommitter& committer, WorkerPool& pool) : committer_(committer), pool_(pool) {}

  void submit(PendingBlob blob, Done done) override {
    // Jobs must be copyable, the file is not.
    auto job = std::make_shared<PendingBlob>(std::move(blob));
    pool_.post([this, job = std::move(job), done = std::move(done)] {
      done(committer_.commit(std::move(*job)));
    });
  }

 private:
  BlobCommitter& committer_;
  WorkerPool& pool_;
};

// Flushes wait for the disk, not for a core: a pool apart, larger than the one that hashes and
// writes, lets all of them wait for the same write of the journal.
class SideBySide final : public CommitQueue {
 public:
  explicit SideBySide(BlobCommitter& committer) : queue_(committer, pool_) {}

  void submit(PendingBlob blob, Done done) override {
    queue_.submit(std::move(blob), std::move(done));
  }

 private:
  static constexpr std::size_t kFlushesAtOnce = 64;
  WorkerPool pool_{kFlushesAtOnce};
  EachOnItsOwn queue_;
};

}  // namespace

std::unique_ptr<CommitQueue> CommitQueue::make(Durability durability, BlobCommitter& committer,
                                               WorkerPool& pool) {
  if (durability == Durability::group) return std::make_unique<SideBySide>(committer);
  return std::make_unique<EachOnItsOwn>(committer, pool);
}

result<void> BlobCommitter::commit(PendingBlob blob) {
  const std::string what = "store blob " + blob.id.brief();
  const fs::Folder& folder = blob.folder != nullptr ? *blob.folder : temporary_;
  if (const auto sealed = seal(folder, blob); !sealed) {
    static_cast<void>(file_system_.remove_file(folder, blob.name));
    return disk_error(sealed.error(), what);
  }
  const fs::Time marked = file_system_.now();
  const auto added = blobs_.add(folder, blob.name, blob.id);
  if (!added) {
    static_cast<void>(file_system_.remove_file(folder, blob.name));
    return added.error();
  }
  marks_.insert(blob.id, marked);
  return {};
}

fs::result<void> BlobCommitter::seal(const fs::Folder& folder, PendingBlob& blob) {
  // The last byte may have come long ago, and a blob's time is that of its last use.
  if (const auto touched = file_system_.touch(folder, blob.name); !touched) return touched;
  if (const auto set = file_system_.set_mode(blob.file, kBlobMode); !set) return set;
  if (blobs_.flushes()) {
    if (const auto flushed = file_system_.flush(blob.file); !flushed) return flushed;
  }
  // What can be resumed stays open, and so locked, until it has its name: another server would take
  // it for one that was left. After a flush closing has nothing to tell.
  if (blob.folder != nullptr) return {};
  return file_system_.close(std::move(blob.file));
}

}  // namespace shaman
