// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/shard_index.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "store/layout.hpp"

namespace shaman {
namespace {

// With fewer blobs wanted in a shard, looking them up is quick enough.
constexpr std::uint32_t kWorthListing = 32;

// Listing one entry costs about a tenth of looking up one name. A folder's link count gives the
// number of folders in it, if the file system counts them (else it is 1).
constexpr std::uint64_t kEntriesAName = 8;

std::string shard_name(std::size_t index) {
  static constexpr char kDigits[] = "0123456789abcdef";
  return {kDigits[index >> 4U], kDigits[index & 15U]};
}

}  // namespace

ShardIndex::ShardIndex(fs::FileSystem& file_system, const fs::Folder& blobs, const Wanted& wanted,
                       WorkerPool& pool) {
  std::array<bool, 256> exists{};
  const auto names = file_system.list(blobs);
  if (!names) return;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const std::string name = shard_name(i);
    exists[i] = std::any_of(names->begin(), names->end(),
                            [&](const fs::Entry& entry) { return entry.name == name; });
    shards_[i].is_known = !exists[i];
  }
  pool.parallel_for(shards_.size(), 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (exists[i] && wanted[i] >= kWorthListing)
        list(file_system, blobs, i, wanted[i], shards_[i]);
  });
}

void ShardIndex::list(fs::FileSystem& file_system, const fs::Folder& blobs, std::size_t index,
                      std::uint32_t wanted, Shard& shard) {
  const std::string name = shard_name(index);
  const auto folder = file_system.open_folder(blobs, name);
  if (!folder) return;
  const auto stat = file_system.stat(*folder);
  if (!stat || stat->links > kEntriesAName * wanted) return;
  const auto entries = file_system.list(*folder);
  if (!entries) return;
  shard.digests.reserve(entries->size());
  for (const fs::Entry& entry : *entries)
    if (const auto digest = Digest::from_hex(name + entry.name))
      shard.digests.push_back(key_of(*digest));
  std::sort(shard.digests.begin(), shard.digests.end());
  shard.is_known = true;
}

bool ShardIndex::is_absent(const Digest& digest) const noexcept {
  const Shard& shard = shards_[digest.bytes().front()];
  return shard.is_known &&
         !std::binary_search(shard.digests.begin(), shard.digests.end(), key_of(digest));
}

// Two digests with the same key only cost a look-up.
std::uint64_t ShardIndex::key_of(const Digest& digest) noexcept {
  std::uint64_t key;
  std::memcpy(&key, digest.bytes().data() + 1, sizeof key);
  return key;
}

}  // namespace shaman
