// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "trace/names/folders.hpp"
#include "trace/scan.hpp"

namespace shaman::trace {

/// What a reference is on this machine.
struct Expansion {
  std::string resolved;  ///< absolute; a pattern stays one
  bool is_folder = false;
  std::vector<std::string> files;          ///< those that are there, sorted
  std::vector<std::string> missing_files;  ///< those that ought to be
};

/// Finds the files that a reference stands for. `base_blend` is the absolute path of the .blend
/// that `//` starts from; `view_suffixes` are those of the opened .blend's active views.
[[nodiscard]] Expansion expand(const Reference& reference, const std::string& base_blend,
                               const std::vector<std::string>& view_suffixes, Folders& folders);

}  // namespace shaman::trace
