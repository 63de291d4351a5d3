// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "shaman/fs.hpp"

namespace shaman {

/// The callbacks of a search for checkouts; a `found` or `failed` that returns true ends it. Paths
/// are relative to the folder in which the search began.
struct CheckoutSearch {
  std::function<bool(const std::string& path)> may_enter = [](const std::string&) { return true; };
  std::function<bool(const std::string& path, const fs::Folder& checkout, const fs::Stat& manifest)>
      found;
  /// A folder, or the manifest in it, cannot be read. Not called for folders that no longer exist.
  std::function<bool(const std::string& path, const boost::system::error_code& error)> failed;
};

/// Searches below `top` for folders with a manifest. Does not enter those, and goes no deeper than
/// checkouts can be. Keeps one folder open at a time.
void search_checkouts(fs::FileSystem& file_system, const fs::Folder& top,
                      const CheckoutSearch& search);

}  // namespace shaman
