// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/mark_cache.hpp"

#include <utility>

namespace shaman {

MarkCache::MarkCache(std::size_t capacity) : generation_(capacity / kShards / 2) {}

MarkCache::Shard& MarkCache::shard_of(const BlobId& id) {
  // The last byte: the maps' own hash is of the first ones.
  return shards_[id.digest.bytes().back() % kShards];
}

void MarkCache::insert(const BlobId& id, fs::Time marked) {
  if (generation_ == 0) return;
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  insert_locked(shard, id, marked);
}

void MarkCache::insert_locked(Shard& shard, const BlobId& id, fs::Time marked) const {
  shard.old.erase(id);
  if (shard.young.size() >= generation_ && !shard.young.contains(id)) {
    shard.old = std::move(shard.young);
    shard.young = Map();
  }
  shard.young.insert_or_assign(id, marked);
}

std::optional<fs::Time> MarkCache::find(const BlobId& id) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (const auto found = shard.young.find(id); found != shard.young.end()) return found->second;
  const auto found = shard.old.find(id);
  if (found == shard.old.end()) return std::nullopt;
  const fs::Time marked = found->second;
  insert_locked(shard, id, marked);
  return marked;
}

void MarkCache::erase(const BlobId& id) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.young.erase(id);
  shard.old.erase(id);
}

void MarkCache::clear() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.young.clear();
    shard.old.clear();
  }
}

std::size_t MarkCache::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.young.size() + shard.old.size();
  }
  return size;
}

}  // namespace shaman
