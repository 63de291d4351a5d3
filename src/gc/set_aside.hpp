// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "gc/gc_run.hpp"

namespace shaman {

/// Bytes of the regular files in a folder of the storage and below, as far as this process may read
/// them; 0 if the folder does not exist. Skips very deep folders. Blocks.
[[nodiscard]] std::uint64_t bytes_below(const GcRun& run, std::string_view path);

}  // namespace shaman
