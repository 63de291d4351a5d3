// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

#include "fs/error_kinds.hpp"
#include "store/layout.hpp"

namespace shaman {

/// The blob to which the text of the link with this name leads; nothing if no link has this name.
[[nodiscard]] inline fs::result<std::optional<BlobId>> linked_blob(fs::FileSystem& file_system,
                                                                   const fs::Folder& folder,
                                                                   std::string_view name) {
  const auto text = file_system.read_link(folder, name);
  if (text) return layout::blob_of_path(*text);
  const bool is_none =
      fs::is_gone(text.error()) || text.error() == boost::system::errc::invalid_argument;
  if (is_none) return std::optional<BlobId>();
  return text.error();
}

}  // namespace shaman
