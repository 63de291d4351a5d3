// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "store/root/blob_folder.hpp"
#include "store/root/root.hpp"

namespace shaman {

/// Brings back what a collector that died had taken out of the store before it looked for the
/// second time: some of it may be wanted, and workers that follow a checkout's links ask nobody.
/// Does nothing while a collector is seen to be alive; were it not seen, it would lose nothing but
/// its work. Blocks.
void bring_back_unfinished(fs::FileSystem& file_system, const StorageRoot& root, BlobFolder& blobs,
                           const StoreLog& log);

}  // namespace shaman
