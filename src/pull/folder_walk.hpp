// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/error.hpp"

#include "base/folder/folder.hpp"

namespace shaman::pull {

/// Goes from file to file below a folder, and opens each folder on the way once while the paths are
/// in order. Never through a link. One thread at a time.
class FolderWalk {
 public:
  explicit FolderWalk(const os::Folder& root) : root_(root) {}

  /// The folder of a file with this path; makes missing ones if that is wanted. errc::not_found;
  /// errc::conflicting_paths: something on the way is not a folder.
  [[nodiscard]] result<const os::Folder*> folder_of(std::string_view path, bool make);
  /// Forgets what it has open below the root.
  void leave() { open_.clear(); }

  /// `c` of `a/b/c`.
  [[nodiscard]] static std::string name_of(std::string_view path);

 private:
  const os::Folder& root_;
  std::vector<std::pair<std::string, os::Folder>> open_;
};

}  // namespace shaman::pull
