// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

#include "gc/gc_run.hpp"

namespace shaman {

/// Called for each link to a blob, from several threads: the blob, and where the link is, relative
/// to the storage folder.
using LinkVisitor = std::function<void(const BlobId&, const std::string& path)>;

/// Walks `.shaman/staging`, then `jobs`, then `.shaman/pins`: in this order a checkout that is
/// given its name meanwhile is met in one of its places. Links are read, never followed: it counts
/// what their texts say. Returns how many there were. Blocks; folders are walked side by side.
/// errc::io_error where a folder or link cannot be read: it may be what keeps a blob.
[[nodiscard]] result<std::uint64_t> walk_links(const GcRun& run, const LinkVisitor& visit);

}  // namespace shaman
