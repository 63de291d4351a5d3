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

/// The source that keep_what_may_be_linked() used.
enum class Doubt : std::uint8_t {
  none,        ///< everything could be read
  checkouts,   ///< manifests say what the unreadable places contain
  everything,  ///< nothing is known of one place: everything that was ever in a checkout is kept
};

/// Marks as used the blobs that unreadable places may link to
/// (docs/design/0065-collection-around-what-cannot-be-read.md): those that the manifests of their
/// checkouts name. If one has no manifest: those that any manifest in the store or the trash names,
/// all manifests, all small files, which may be records of the server, and all blobs last used
/// before a server of this kind started on this storage.
/// Blocks; uses all threads of the pool. errc::io_error.
[[nodiscard]] result<Doubt> keep_what_may_be_linked(const GcRun& run, const UnreadPlaces& unread,
                                                    const std::vector<FoundBlob>& old,
                                                    const std::vector<TrashedBlob>& in_trash,
                                                    Candidates& candidates);

}  // namespace shaman
