// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace shaman::trace {

/// Which frames are missing between the first and the last of a sequence, as a sentence for the
/// artist: a few are named, more are counted. `files` are its frames' paths in any order; only
/// frames between those of `wanted` count, which are some of them. Empty if there is no gap, or the
/// names are not frames of one sequence.
[[nodiscard]] std::string gap_warning(const std::vector<std::string>& files,
                                      const std::vector<std::string>& wanted);

}  // namespace shaman::trace
