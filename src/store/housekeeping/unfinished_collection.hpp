// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/root/blob_folder.hpp"
#include "store/root/root.hpp"

namespace shaman {

/// Restores the blobs that a dead collector took out of the store before its second look: some may
/// be wanted, and workers that follow a checkout's links make no requests. Does nothing while a
/// live collector is visible; one that is not visible loses only its work. Blocks.
void bring_back_unfinished(fs::FileSystem& file_system, const StorageRoot& root, BlobFolder& blobs,
                           const StoreLog& log);

}  // namespace shaman
