// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "trace/scan.hpp"

/// Which names in a cache folder belong to a cache. Of such folders only these are taken: the field
/// may name any folder of the artist's.
namespace shaman::trace {

/// A folder below the one that the field names, in which files are looked for ("" is itself).
[[nodiscard]] std::span<const std::string_view> cache_subfolders(Rule rule);

/// Whether a file of this name, in that sub-folder, belongs to the cache of the reference.
[[nodiscard]] bool is_cache_file(const Reference& reference, std::string_view subfolder,
                                 std::string_view name);

}  // namespace shaman::trace
