// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "trace/scan.hpp"

/// Which names in a cache folder belong to a cache. Only these files are taken, because the field
/// may name any folder of the artist.
namespace shaman::trace {

/// A folder below the one that the field names, to search for files ("" is the folder itself).
[[nodiscard]] std::span<const std::string_view> cache_subfolders(Rule rule);

/// Whether a file of this name, in that sub-folder, belongs to the cache of the reference.
[[nodiscard]] bool is_cache_file(const Reference& reference, std::string_view subfolder,
                                 std::string_view name);

}  // namespace shaman::trace
