// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

namespace shaman {

using ManifestVisitor = std::function<void(const std::string& path, const BlobId& id)>;

/// Reads a checkout's manifest (src/checkout/manifest.hpp has its form) piece by piece, and calls
/// `visit` for each file that it names. False if the file is not a manifest, or not a whole one;
/// `visit` may have been called before. `blobs` is `file-store/stored`. Blocks.
[[nodiscard]] fs::result<bool> read_manifest(fs::FileSystem& file_system, const fs::Folder& blobs,
                                             const BlobId& manifest, const ManifestVisitor& visit);
/// The same for an open file.
[[nodiscard]] fs::result<bool> read_manifest(fs::FileSystem& file_system, const fs::File& file,
                                             const ManifestVisitor& visit);
/// The same for content in memory.
[[nodiscard]] bool read_manifest(std::string_view manifest, const ManifestVisitor& visit);

}  // namespace shaman
