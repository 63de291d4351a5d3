// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "store/disk_error.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

// Enough to make taking the next piece cheap, and few enough that all threads end together.
constexpr std::size_t kGrain = 512;

// More young blobs than this are put on stable storage by one flush of everything, which costs as
// much as some hundred single ones.
constexpr std::size_t kFlushOneByOne = 256;

class Requirements {
 public:
  Requirements(Store::Impl& store, bool trust_memory, const Store::Impl::IdAt& id_at,
               std::span<BlobStatus> out)
      : store_(store), trust_memory_(trust_memory), id_at_(id_at), out_(out) {}

  result<void> run() {
    store_.pool.parallel_for(out_.size(), kGrain,
                             [this](std::size_t begin, std::size_t end) { look(begin, end); });
    if (failure_) return *failure_;
    flush_young();
    if (failure_) return *failure_;
    return {};
  }

 private:
  void look(std::size_t begin, std::size_t end) {
    const fs::Time now = store_.file_system.now();
    std::vector<std::size_t> young;
    std::uint64_t saved = 0;
    for (std::size_t i = begin; i < end && !failed_; ++i) {
      const BlobId id = id_at_(i);
      if (trust_memory_ && is_marked_lately(id, now)) {
        out_[i] = BlobStatus::stored;
        ++saved;
        continue;
      }
      if (store_.claims.is_committing(id)) {
        out_[i] = BlobStatus::uploading;
        continue;
      }
      const auto presence = store_.blobs.look(id, BlobFolder::Mark::as_used_now);
      if (!presence) return fail(presence.error());
      if (*presence == BlobFolder::Presence::absent) {
        out_[i] = store_.claims.is_claimed(id) ? BlobStatus::uploading : BlobStatus::unknown;
        continue;
      }
      out_[i] = BlobStatus::stored;
      if (*presence == BlobFolder::Presence::young) young.push_back(i);
    }
    store_.marks_saved += saved;
    const std::lock_guard lock(mutex_);
    young_.insert(young_.end(), young.begin(), young.end());
  }

  bool is_marked_lately(const BlobId& id, fs::Time now) {
    const auto marked = store_.marks.find(id);
    return marked && store_.blobs.is_within_lease(*marked, now);
  }

  void flush_young() {
    if (young_.size() > kFlushOneByOne) {
      const auto flushed = store_.file_system.flush_all(store_.root.root);
      if (!flushed)
        return fail(disk_error(flushed.error(), "put the storage's new files on the disk"));
      const fs::Time now = store_.file_system.now();
      for (const std::size_t i : young_)
        store_.marks.insert(id_at_(i), now);
      return;
    }
    store_.pool.parallel_for(young_.size(), 1, [this](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end && !failed_; ++i) {
        const auto flushed = store_.blobs.make_durable(id_at_(young_[i]));
        if (!flushed) fail(flushed.error());
      }
    });
  }

  void fail(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = error;
    failed_ = true;
  }

  Store::Impl& store_;
  const bool trust_memory_;
  const Store::Impl::IdAt& id_at_;
  const std::span<BlobStatus> out_;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Error> failure_;
  std::vector<std::size_t> young_;
};

}  // namespace

result<void> Store::Impl::mark_all(bool trust_memory, const IdAt& id_at,
                                   std::span<BlobStatus> out) {
  return Requirements(*this, trust_memory, id_at, out).run();
}

result<void> Store::require(const FileList& files, std::span<BlobStatus> out) {
  return impl_->mark_all(
      true, [&](std::size_t i) { return files[i].id; }, out);
}

}  // namespace shaman
