// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

#include "gc/gc_run.hpp"

namespace shaman {

/// Called for each link to a blob, from several threads: the blob, and where the link is, relative
/// to the storage folder.
using LinkVisitor = std::function<void(const BlobId&, const std::string& path)>;

/// Folders and links that the walk skipped: access was denied, or they are too deep.
struct UnreadPlaces {
  std::uint64_t count = 0;
  std::vector<std::string> named;  ///< the first of them, below the storage folder, with the reason
  std::set<BlobId> manifests;      ///< of the checkouts that they are in
  bool has_others = false;         ///< one of them is in a folder without a manifest
};

struct LinkWalkResults {
  std::uint64_t links = 0;
  UnreadPlaces unread;
};

/// Walks `.shaman/staging`, then `jobs`, then `.shaman/pins`: in this order a checkout that gets
/// its name meanwhile is found in one of its places. Links are read, never followed: only their
/// texts count. Blocks; walks folders in parallel, in bounded memory at any depth. errc::io_error
/// if the storage itself fails.
[[nodiscard]] result<LinkWalkResults> walk_links(const GcRun& run, const LinkVisitor& visit);

}  // namespace shaman
