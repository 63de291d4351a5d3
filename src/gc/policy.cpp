// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/policy.hpp"

#include <algorithm>

namespace shaman {

bool goes_by_space(const GcOptions& options) noexcept {
  return options.max_store_size > 0 || options.min_free_space > 0 || options.min_free_inodes > 0;
}

bool is_short_of_space(const GcOptions& options, const fs::Space& free) noexcept {
  return free.free_bytes < options.min_free_space || free.free_inodes < options.min_free_inodes;
}

GcShortfall shortfall_of(const GcOptions& options, const StorageUse& use) noexcept {
  const auto lack = [](std::uint64_t is, std::uint64_t least) {
    return is < least ? least - is : std::uint64_t{0};
  };
  return {lack(use.free.free_bytes, options.min_free_space),
          lack(use.free.free_inodes, options.min_free_inodes),
          options.max_store_size == 0 ? 0 : lack(options.max_store_size, use.store_bytes)};
}

std::vector<FoundBlob> choose_victims(const GcOptions& options, StorageUse use,
                                      std::vector<FoundBlob> unused, fs::Time expired) {
  std::sort(unused.begin(), unused.end(), [](const FoundBlob& left, const FoundBlob& right) {
    return left.marked != right.marked ? left.marked < right.marked : left.id < right.id;
  });
  const auto is_wanted_gone = [&](const FoundBlob& blob) {
    const bool too_large = options.max_store_size > 0 && use.store_bytes > options.max_store_size;
    return blob.marked < expired || too_large || is_short_of_space(options, use.free);
  };
  std::size_t count = 0;
  while (count < unused.size() && is_wanted_gone(unused[count])) {
    use.store_bytes -= std::min(use.store_bytes, unused[count].bytes);
    use.free.free_bytes += unused[count].bytes;
    // Its own inode and that of the folder that it leaves empty; a file system without a limit
    // reports it.
    if (use.free.free_inodes < UINT64_MAX - 2) use.free.free_inodes += 2;
    ++count;
  }
  unused.erase(unused.begin() + static_cast<std::ptrdiff_t>(count), unused.end());
  return unused;
}

}  // namespace shaman
