// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "trace/names/folders.hpp"
#include "trace/scan.hpp"

namespace shaman::trace {

/// The files of a reference on this machine.
struct Expansion {
  std::string resolved;  ///< absolute; a pattern remains a pattern
  bool is_folder = false;
  std::vector<std::string> files;          ///< the existing ones, sorted
  std::vector<std::string> missing_files;  ///< the missing ones
};

/// Finds the files of a reference. `base_blend` is the absolute path of the .blend whose folder
/// `//` means; `view_suffixes` are those of the opened .blend's active views.
[[nodiscard]] Expansion expand(const Reference& reference, const std::string& base_blend,
                               const std::vector<std::string>& view_suffixes, Folders& folders);

}  // namespace shaman::trace
