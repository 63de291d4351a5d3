// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/fs.hpp"

/// Whole trees of folders, which others may have made and may be changing. Nothing here recurses,
/// follows a link, or builds a path that is too long for the system; memory and open handles are
/// bounded whatever the depth. Blocks; any thread.
namespace shaman::fs {

/// So many levels of a tree are open at once. Deeper folders are first moved up to the top of the
/// tree.
inline constexpr std::size_t kOpenLevels = 136;

/// Removes a folder with everything in it. A name that is not there is no failure. What cannot be
/// removed stays, with the folders it is in; the rest goes, and the first failure is returned.
[[nodiscard]] result<void> remove_tree(FileSystem& file_system, const Folder& at,
                                       std::string_view path);

/// Whether strip_tree() leaves `entry` of `folder` alone; `path` is its place in the tree. Asked of
/// everything but folders. What it cannot tell of stays, as what cannot be removed.
using Keeps =
    std::function<result<bool>(const Folder& folder, const Entry& entry, const std::string& path)>;

/// What strip_tree() left.
struct Kept {
  std::uint64_t count = 0;  ///< of what is kept, and of what this process may not look into
  std::string first;        ///< the first of them, by its place in the tree
  /// The first that is no refusal, else the first; it left something as well.
  std::optional<boost::system::error_code> failure;
};

/// Removes what `keeps` does not ask for, and the folders that are empty then, the tree's own
/// included. What is kept stays in its folder; only folders deeper than kOpenLevels are found
/// elsewhere afterwards, in folders `deep-…` at the top of the tree.
[[nodiscard]] result<Kept> strip_tree(FileSystem& file_system, const Folder& at,
                                      std::string_view path, const Keeps& keeps);

/// As FileSystem::open_folder(), for a path of any length.
[[nodiscard]] result<Folder> open_far_folder(FileSystem& file_system, const Folder& at,
                                             std::string_view path);

}  // namespace shaman::fs
