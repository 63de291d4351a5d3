// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/store.hpp"

#include "store/interior.hpp"

namespace shaman {

/// Marks the blobs of `count` files as used now, and checks each on the disk, because a checkout
/// with a dangling link costs more than this time. Blocks; uses all threads of the store's pool.
/// errc::blobs_missing gives the number of files that are not stored, or that the requester does
/// not know, and names the first few.
[[nodiscard]] result<void> mark_stored(const StoreInterior& store, std::size_t count,
                                       const std::function<BlobId(std::size_t)>& id_at,
                                       const std::function<std::string_view(std::size_t)>& path_at,
                                       const Requester& requester);

}  // namespace shaman
