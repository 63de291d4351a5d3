// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/fs.hpp"

/// Whole trees of folders, which other programs may have made and may be changing. No function
/// recurses, follows a link, or builds a path that is too long for the system; memory and open
/// handles are bounded at any depth. Blocks; any thread.
namespace shaman::fs {

/// The number of levels of a tree that are open at once. Deeper folders are first moved up to the
/// top of the tree.
inline constexpr std::size_t kOpenLevels = 136;

/// Removes a folder with everything in it. A missing name is not a failure. Entries that cannot be
/// removed stay, with their folders; the rest is removed, and the first failure is returned.
[[nodiscard]] result<void> remove_tree(FileSystem& file_system, const Folder& at,
                                       std::string_view path);

/// Whether strip_tree() leaves `entry` of `folder` alone; `path` is its place in the tree. Called
/// for every entry except folders. Entries that it cannot judge stay, like those that cannot be
/// removed.
using Keeps =
    std::function<result<bool>(const Folder& folder, const Entry& entry, const std::string& path)>;

/// The entries that strip_tree() left.
struct Kept {
  std::uint64_t count = 0;  ///< of kept entries, and of folders that this process may not read
  std::string first;        ///< the first of them, by its place in the tree
  /// The first failure that is not a refusal, else the first; its entry was left as well.
  std::optional<boost::system::error_code> failure;
};

/// Removes the entries that `keeps` does not keep, and the folders that are then empty, including
/// the tree's own. Kept entries stay in their folders; only folders deeper than kOpenLevels move,
/// into folders `deep-…` at the top of the tree.
[[nodiscard]] result<Kept> strip_tree(FileSystem& file_system, const Folder& at,
                                      std::string_view path, const Keeps& keeps);

/// Like FileSystem::open_folder(), for a path of any length.
[[nodiscard]] result<Folder> open_far_folder(FileSystem& file_system, const Folder& at,
                                             std::string_view path);

}  // namespace shaman::fs
