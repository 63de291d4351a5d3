// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "store/disk_error.hpp"
#include "store/known/shard_index.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

// Enough to make taking the next piece cheap, and few enough that all threads end together.
constexpr std::size_t kGrain = 512;

// More young blobs than this are put on stable storage by flushing the file system, which costs as
// much as some hundred single flushes.
constexpr std::size_t kFlushOneByOne = 256;

// This many are looked up one by one first. If most of them are missing, the rest probably is, too,
// and listing folders shows that faster; if most exist, listing would only cost time.
constexpr std::size_t kSample = 1024;

class Requirements {
 public:
  Requirements(Store::Impl& store, bool trust_memory, const Store::Impl::IdAt& id_at,
               std::span<BlobStatus> out, const Requester& requester)
      : store_(store),
        trust_memory_(trust_memory),
        id_at_(id_at),
        out_(out),
        requester_(requester) {}

  result<void> run() {
    find_unknown_to_memory();
    const std::size_t sample = std::min(remaining_.size(), kSample);
    look_at_all(0, sample);
    if (trust_memory_ && remaining_.size() > 4 * kSample && absent_ > sample / 2) list_shards();
    look_at_all(sample, remaining_.size());
    if (failure_) return *failure_;
    flush_young();
    if (failure_) return *failure_;
    return {};
  }

 private:
  // Answers for recently marked blobs; the others must be looked up.
  void find_unknown_to_memory() {
    const fs::Time now = store_.file_system.now();
    KnownBlobs::View known(store_.known_blobs, requester_);
    for (std::size_t i = 0; i < out_.size(); ++i) {
      if (!known.has(id_at_(i)))
        out_[i] = status_if_absent(id_at_(i));
      else if (trust_memory_ && is_marked_lately(id_at_(i), now))
        out_[i] = BlobStatus::stored;
      else
        remaining_.push_back(i);
    }
    store_.marks_saved += out_.size() - remaining_.size();
  }

  BlobStatus status_if_absent(const BlobId& id) const {
    return store_.is_claimed(id, requester_) ? BlobStatus::uploading : BlobStatus::unknown;
  }

  void look_at_all(std::size_t first, std::size_t last) {
    store_.pool.parallel_for(last - first, kGrain, [&](std::size_t begin, std::size_t end) {
      look(first + begin, first + end);
    });
  }

  void look(std::size_t begin, std::size_t end) {
    std::vector<std::size_t> young;
    std::size_t absent = 0;
    for (std::size_t at = begin; at < end && !failed_; ++at) {
      const std::size_t i = remaining_[at];
      const BlobId id = id_at_(i);
      if (store_.is_committing(id, requester_)) {
        out_[i] = BlobStatus::uploading;
        continue;
      }
      const auto presence = look_for(id);
      if (!presence) return fail(presence.error());
      if (*presence == BlobFolder::Presence::absent) {
        ++absent;
        out_[i] = status_if_absent(id);
        continue;
      }
      out_[i] = BlobStatus::stored;
      if (*presence == BlobFolder::Presence::young) young.push_back(i);
    }
    absent_ += absent;
    const std::lock_guard lock(mutex_);
    young_.insert(young_.end(), young.begin(), young.end());
  }

  void list_shards() {
    ShardIndex::Wanted wanted{};
    for (const std::size_t i : remaining_)
      ++wanted[id_at_(i).digest.bytes().front()];
    shards_.emplace(store_.file_system, store_.root.blobs, wanted, store_.pool);
  }

  result<BlobFolder::Presence> look_for(const BlobId& id) {
    if (shards_ && shards_->is_absent(id.digest) && !store_.blobs.is_in_trash(id))
      return BlobFolder::Presence::absent;
    return store_.blobs.look(id, BlobFolder::Mark::as_used_now);
  }

  bool is_marked_lately(const BlobId& id, fs::Time now) {
    const auto marked = store_.marks.find(id);
    return marked && store_.blobs.is_within_lease(*marked, now);
  }

  void flush_young() {
    // What the system has failed to write lately it tells only who flushes that file itself.
    const bool is_at_once =
        young_.size() > kFlushOneByOne && !store_.whole_flush.has_failed_within(BlobFolder::kYoung);
    const auto flushed =
        is_at_once ? store_.whole_flush.run(store_.whole_flush.losses()) : fs::result<void>();
    if (is_at_once && (flushed || !fs::is_unsupported(flushed.error()))) {
      if (!flushed)
        return fail(disk_error(flushed.error(), "put the storage's new files on the disk"));
      const fs::Time now = store_.file_system.now();
      for (const std::size_t i : young_)
        store_.marks.insert(id_at_(i), now);
      return;
    }
    store_.pool.parallel_for(young_.size(), 1, [this](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end && !failed_; ++i)
        make_durable(young_[i]);
    });
  }

  // A collector may have moved the blob since it was found.
  void make_durable(std::size_t i) {
    const BlobId id = id_at_(i);
    const auto flushed = store_.blobs.make_durable(id);
    if (!flushed) return fail(flushed.error());
    if (flushed.value()) return;
    const auto stored = store_.blobs.holds(id, BlobFolder::Mark::as_used_now);
    if (!stored) return fail(stored.error());
    if (!stored.value()) out_[i] = status_if_absent(id);
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
  const Requester& requester_;
  std::vector<std::size_t> remaining_;
  std::optional<ShardIndex> shards_;
  std::atomic<std::size_t> absent_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Error> failure_;
  std::vector<std::size_t> young_;
};

}  // namespace

result<void> Store::Impl::mark_all(bool trust_memory, const IdAt& id_at, std::span<BlobStatus> out,
                                   const Requester& requester) {
  return Requirements(*this, trust_memory, id_at, out, requester).run();
}

result<void> Store::require(const FileList& files, std::span<BlobStatus> out,
                            const Requester& requester) {
  return impl_->guarded([&] {
    return impl_->mark_all(
        true, [&](std::size_t i) { return files[i].id; }, out, requester);
  });
}

}  // namespace shaman
