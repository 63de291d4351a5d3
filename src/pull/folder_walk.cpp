// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/folder_walk.hpp"

namespace shaman::pull {

std::string FolderWalk::name_of(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

result<const os::Folder*> FolderWalk::folder_of(std::string_view path, bool make) {
  std::size_t depth = 0;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/'), ++depth) {
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    if (depth < open_.size() && open_[depth].first == name) continue;
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(depth), open_.end());
    const os::Folder& above = depth == 0 ? root_ : open_.back().second;
    auto folder = above.folder(std::string(name), make);
    if (!folder) return folder.error();
    open_.emplace_back(std::string(name), *std::move(folder));
  }
  return depth == 0 ? &root_ : &open_[depth - 1].second;
}

}  // namespace shaman::pull
