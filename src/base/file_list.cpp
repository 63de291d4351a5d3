// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/file_list.hpp"

#include <limits>
#include <stdexcept>

namespace shaman {

std::string_view to_string(BlobStatus status) noexcept {
  switch (status) {
    case BlobStatus::unknown:
      return "unknown";
    case BlobStatus::uploading:
      return "uploading";
    case BlobStatus::stored:
      return "stored";
  }
  return "unknown";
}

void FileList::add(const BlobId& id, std::string_view path) {
  if (path.size() > std::numeric_limits<std::uint32_t>::max() - paths_.size())
    throw std::length_error("the paths of a file list exceed 4 GiB");
  entries_.push_back(
      {id, static_cast<std::uint32_t>(paths_.size()), static_cast<std::uint32_t>(path.size())});
  paths_ += path;
}

FileSpec FileList::operator[](std::size_t index) const noexcept {
  const Entry& entry = entries_[index];
  return {entry.id, std::string_view(paths_).substr(entry.offset, entry.length)};
}

}  // namespace shaman
