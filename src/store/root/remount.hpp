// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/store_impl.hpp"

namespace shaman {

/// If the storage is away and its path now leads to another folder with the same `.shaman/id` (a
/// network mount that was mounted again, a copy in its place): makes all open folders lead there,
/// and forgets what was remembered of the old one. Only for the store's own thread. Blocks. Fails
/// if it is the same storage but cannot be used.
[[nodiscard]] result<void> follow_mounted_anew(Store::Impl& store);

}  // namespace shaman
