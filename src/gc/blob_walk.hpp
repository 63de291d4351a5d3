// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/worker_pool.hpp"

#include "gc/gc_run.hpp"

namespace shaman {

/// A blob as it was found.
struct FoundBlob {
  BlobId id;
  std::uint64_t bytes = 0;  ///< on disk, not from its name
  fs::Time marked;
};

struct FoundBlobs {
  std::vector<FoundBlob> old;  ///< not marked since `older_than`
  std::uint64_t count = 0;     ///< of all
  std::uint64_t bytes = 0;     ///< of all
};

/// Walks `file-store/stored`, its shards side by side. Folders of digests that are empty since
/// before `older_than` are removed on the way (not in a dry run). Unreadable folders are logged and
/// left alone. Blocks.
[[nodiscard]] result<FoundBlobs> walk_blobs(const GcRun& run, fs::Time older_than);

}  // namespace shaman
