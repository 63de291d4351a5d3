// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// A link to a blob, by its path in the tree.
struct TreeLink {
  std::string path;
  BlobId id;
  friend bool operator==(const TreeLink&, const TreeLink&) = default;
};

/// What a folder of links holds.
struct TreeLinks {
  std::vector<TreeLink> links;     ///< in path_rules::folder_order, without the manifest's
  std::optional<BlobId> manifest;  ///< where it has one
  /// Files, and links that lead elsewhere; sorted.
  std::vector<std::string> others;
  friend bool operator==(const TreeLinks&, const TreeLinks&) = default;
};

/// Reads a whole tree. Links are read, never followed; folders that vanish meanwhile are left out.
/// `name` is what errors call it. Blocks. errc::io_error.
[[nodiscard]] result<TreeLinks> read_links(fs::FileSystem& file_system, const fs::Folder& root,
                                           const std::string& name);

/// Adds the blobs of those of the manifest's files that something else lies in place of, and says
/// which are not there at all. errc::blobs_missing; errc::damaged_file: it is no manifest.
[[nodiscard]] result<void> complete_by_manifest(TreeLinks& tree, std::string_view manifest,
                                                const std::string& name);

}  // namespace shaman
