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

/// A link to a blob, with its path in the tree.
struct TreeLink {
  std::string path;
  BlobId id;
  friend bool operator==(const TreeLink&, const TreeLink&) = default;
};

/// The content of a folder of links.
struct TreeLinks {
  std::vector<TreeLink> links;     ///< in path_rules::folder_order, without the manifest's
  std::optional<BlobId> manifest;  ///< if the tree has one
  /// Regular files, and links to other things than blobs; sorted.
  std::vector<std::string> others;
  friend bool operator==(const TreeLinks&, const TreeLinks&) = default;
};

/// Reads a whole tree. Reads links without following them, and leaves out folders that vanish in
/// the meantime. `name` stands for the tree in errors. Blocks. errc::io_error.
[[nodiscard]] result<TreeLinks> read_links(fs::FileSystem& file_system, const fs::Folder& root,
                                           const std::string& name);

/// For each file of the manifest that something else has replaced in the tree, adds the blob of the
/// manifest. errc::blobs_missing: files are absent from the tree, and the error names some;
/// errc::damaged_file: the manifest is unreadable.
[[nodiscard]] result<void> complete_by_manifest(TreeLinks& tree, std::string_view manifest,
                                                const std::string& name);

}  // namespace shaman
