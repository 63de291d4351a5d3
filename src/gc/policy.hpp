// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "shaman/fs.hpp"
#include "shaman/gc.hpp"

#include "gc/blob_walk.hpp"

namespace shaman {

/// What the storage has, as far as policies ask for it.
struct StorageUse {
  std::uint64_t store_bytes = 0;  ///< of all blobs
  fs::Space free;                 ///< with what this run deletes from the trash already counted
};

/// Whether some policy goes by space, and so every blob above the least age may be wanted.
[[nodiscard]] bool goes_by_space(const GcOptions& options) noexcept;
/// Whether less is free than should be.
[[nodiscard]] bool is_short_of_space(const GcOptions& options, const fs::Space& free) noexcept;

/// By how much the policies that go by space are missed with this. Pure.
[[nodiscard]] GcShortfall shortfall_of(const GcOptions& options, const StorageUse& use) noexcept;

/// Of blobs that nothing uses, those that a policy lets go: all that were last used before
/// `expired`, then the least recently used for as long as space asks for it. Pure.
[[nodiscard]] std::vector<FoundBlob> choose_victims(const GcOptions& options, StorageUse use,
                                                    std::vector<FoundBlob> unused,
                                                    fs::Time expired);

}  // namespace shaman
