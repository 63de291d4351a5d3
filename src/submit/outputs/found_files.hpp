// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/os.hpp"

namespace shaman::client {

/// A file below a folder.
struct FoundFile {
  std::string place;  ///< relative to the folder, with `/`
  std::string path;
  os::FileInfo info;
};

/// All regular files below the folder, sorted by place; no hidden ones, and none through a link.
/// errc::not_found, errc::io_error; errc::too_large: folders are nested too deep.
[[nodiscard]] result<std::vector<FoundFile>> find_files(const std::string& folder);

}  // namespace shaman::client
