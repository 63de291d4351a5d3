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

/// The result of listing the outer folders of `file-store/stored`, which saves looking up missing
/// blobs one by one. It shows the state when it was made, so it is valid for one request only:
/// another server may store more at any time.
class ShardIndex {
 public:
  /// The number of digests in a request that begin with each byte.
  using Wanted = std::array<std::uint32_t, 256>;

  /// Lists the shards from which so many blobs are wanted that listing is cheaper than looking. A
  /// shard that cannot be listed counts as unknown, not as a failure. Blocks; uses all threads of
  /// the pool. Const afterwards, and so safe for many threads.
  ShardIndex(fs::FileSystem& file_system, const fs::Folder& blobs, const Wanted& wanted,
             WorkerPool& pool);

  /// Whether no blob with that digest existed. False also if that is unknown.
  [[nodiscard]] bool is_absent(const Digest& digest) const noexcept;

 private:
  struct Shard {
    bool is_known = false;
    std::vector<std::uint64_t> digests;  ///< bytes 1 to 8 of the existing ones, sorted
  };
  [[nodiscard]] static std::uint64_t key_of(const Digest& digest) noexcept;
  static void list(fs::FileSystem& file_system, const fs::Folder& blobs, std::size_t index,
                   std::uint32_t wanted, Shard& shard);

  std::array<Shard, 256> shards_;
};

}  // namespace shaman
