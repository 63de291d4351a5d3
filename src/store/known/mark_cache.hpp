// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>

#include <boost/unordered/unordered_flat_map.hpp>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// Remembers when stored and durable blobs were marked as used, so that the disk need not be read
/// again for a while. Of bounded size: forgets roughly the least recently requested blobs first.
/// All members may be called from any thread.
class MarkCache {
 public:
  /// Holds at most `capacity` blobs (about 64 bytes each). 0: remembers nothing.
  explicit MarkCache(std::size_t capacity);

  void insert(const BlobId& id, fs::Time marked);
  /// When it was marked; nothing if that is unknown (or forgotten).
  [[nodiscard]] std::optional<fs::Time> find(const BlobId& id);
  void erase(const BlobId& id);
  void clear();
  [[nodiscard]] std::size_t size() const;

 private:
  using Map = boost::unordered_flat_map<BlobId, fs::Time, std::hash<BlobId>>;
  // Two generations: when the young one is full, it becomes the old one, and the old one is
  // forgotten. Entries that are found in the old one move to the young one.
  struct Shard {
    mutable std::mutex mutex;
    Map young;
    Map old;
  };
  static constexpr std::size_t kShards = 16;

  Shard& shard_of(const BlobId& id);
  void insert_locked(Shard& shard, const BlobId& id, fs::Time marked) const;

  const std::size_t generation_;
  std::array<Shard, kShards> shards_;
};

}  // namespace shaman
