// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "shaman/fs.hpp"

namespace shaman {

/// What a search for checkouts does on its way; true ends it. Paths are below the folder in which
/// it began.
struct CheckoutSearch {
  std::function<bool(const std::string& path)> may_enter = [](const std::string&) { return true; };
  std::function<bool(const std::string& path, const fs::Folder& checkout, const fs::Stat& manifest)>
      found;
  /// A folder, or the manifest in it, cannot be looked at. What is gone by now is no failure.
  std::function<bool(const std::string& path, const boost::system::error_code& error)> failed;
};

/// Looks below `top` for folders with a manifest, which are not entered; no deeper than checkouts
/// can be. One folder is open at a time.
void search_checkouts(fs::FileSystem& file_system, const fs::Folder& top,
                      const CheckoutSearch& search);

}  // namespace shaman
