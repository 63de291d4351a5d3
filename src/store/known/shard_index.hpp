// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "shaman/digest.hpp"
#include "shaman/fs.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman {

/// What listing the outer folders of `file-store/stored` tells, so that blobs that cannot be there
/// need not be looked for one by one. It is what was there when it was made, and so good for one
/// request only: another server may store more at any time.
class ShardIndex {
 public:
  /// How many of the digests of a request begin with each byte.
  using Wanted = std::array<std::uint32_t, 256>;

  /// Lists the shards of which so much is wanted that listing is cheaper than looking. What cannot
  /// be listed is not known, no failure. Blocks; spreads over the pool. Const afterwards, and so
  /// safe for many threads.
  ShardIndex(fs::FileSystem& file_system, const fs::Folder& blobs, const Wanted& wanted,
             WorkerPool& pool);

  /// Whether no blob of that digest was there. False also where that is not known.
  [[nodiscard]] bool is_absent(const Digest& digest) const noexcept;

 private:
  struct Shard {
    bool is_known = false;
    std::vector<std::uint64_t> digests;  ///< bytes 1 to 8 of those that are there, sorted
  };
  [[nodiscard]] static std::uint64_t key_of(const Digest& digest) noexcept;
  static void list(fs::FileSystem& file_system, const fs::Folder& blobs, std::size_t index,
                   std::uint32_t wanted, Shard& shard);

  std::array<Shard, 256> shards_;
};

}  // namespace shaman
