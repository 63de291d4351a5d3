// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "shaman/error.hpp"

#include "gc/blob_walk.hpp"
#include "gc/candidates.hpp"
#include "gc/gc_run.hpp"
#include "gc/link_walk.hpp"
#include "gc/trash.hpp"

namespace shaman {

/// What keep_what_may_be_linked() went by.
enum class Doubt : std::uint8_t {
  none,        ///< everything could be read
  checkouts,   ///< manifests tell what the places that could not be read hold
  everything,  ///< of one nothing is known: whatever was ever in a checkout is kept
};

/// Marks as used what places that could not be read may link to
/// (docs/design/0065-collection-around-what-cannot-be-read.md): what the manifests of their
/// checkouts name; where one has none, what any manifest in the store or the trash names, all
/// manifests, all small files, which may be records of the server's, and what was last used before
/// this storage was given to a server of this kind.
/// Blocks; spreads over the pool. errc::io_error.
[[nodiscard]] result<Doubt> keep_what_may_be_linked(const GcRun& run, const UnreadPlaces& unread,
                                                    const std::vector<FoundBlob>& old,
                                                    const std::vector<TrashedBlob>& in_trash,
                                                    Candidates& candidates);

}  // namespace shaman
