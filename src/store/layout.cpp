// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/layout.hpp"

namespace shaman::layout {

BlobPlace::BlobPlace(const BlobId& id)
    : folder(id.digest.hex()), file(std::to_string(id.size) + ".blob") {
  folder.insert(kShardDigits, 1, '/');
}

std::string_view BlobPlace::shard() const noexcept {
  return std::string_view(folder).substr(0, kShardDigits);
}

std::string_view BlobPlace::rest() const noexcept {
  return std::string_view(folder).substr(kShardDigits + 1);
}

std::string link_text(const BlobId& id, std::size_t depth) {
  const BlobPlace place(id);
  std::string text;
  text.reserve(3 * depth + kFileStore.size() + kBlobs.size() + place.folder.size() +
               place.file.size() + 3);
  for (std::size_t i = 0; i < depth; ++i)
    text += "../";
  text.append(kFileStore).append("/").append(kBlobs).append("/");
  return text.append(place.folder).append("/").append(place.file);
}

}  // namespace shaman::layout
