// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shaman/gc.hpp"

namespace shaman {

/// The beginning of a sentence: `3 places cannot be read: jobs/film: Permission denied, …`.
[[nodiscard]] std::string text_of_places(std::uint64_t count,
                                         const std::vector<std::string>& named);

/// A sentence about the places that a run could not read: how many, the first few, and which blobs
/// were kept for them.
[[nodiscard]] std::string text_of_unread(const GcResults& results);

/// For a run that missed a goal for space: which, by how much, why, and what to do.
[[nodiscard]] std::string text_of_shortfall(const GcResults& results, const GcOptions& options);

}  // namespace shaman
