// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "shaman/fs.hpp"
#include "shaman/gc.hpp"

#include "gc/blob_walk.hpp"

namespace shaman {

/// The state of the storage that policies need.
struct StorageUse {
  std::uint64_t store_bytes = 0;  ///< of all blobs
  fs::Space free;                 ///< with what this run deletes from the trash already counted
};

/// Whether a policy has a goal for space, so that it may take any blob above the least age.
[[nodiscard]] bool goes_by_space(const GcOptions& options) noexcept;
/// Whether less is free than required.
[[nodiscard]] bool is_short_of_space(const GcOptions& options, const fs::Space& free) noexcept;

/// By how much this state misses the goals for space. Pure.
[[nodiscard]] GcShortfall shortfall_of(const GcOptions& options, const StorageUse& use) noexcept;

/// The unused blobs that a policy collects: all that were last used before `expired`, then the
/// least recently used until the goals for space are met. Pure.
[[nodiscard]] std::vector<FoundBlob> choose_victims(const GcOptions& options, StorageUse use,
                                                    std::vector<FoundBlob> unused,
                                                    fs::Time expired);

}  // namespace shaman
