// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/store_impl.hpp"

namespace shaman {

/// Where the storage is away and the same one, as its `.shaman/id` tells, lies at its path as
/// another folder (a network mount that was mounted anew, a copy that took its place): makes all
/// open folders lead there, and forgets what was remembered of the old one. By the store's own
/// thread alone. Blocks. Fails where it is the same one but cannot be used.
[[nodiscard]] result<void> follow_mounted_anew(Store::Impl& store);

}  // namespace shaman
