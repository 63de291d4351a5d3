// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "shaman/jobs/farm.hpp"

#include "flamenco/expiry/effort.hpp"

namespace shaman::jobs {

/// Whether a text of a job leads to what the server keeps for itself next to the jobs folder: blobs
/// (`file-store/stored/…`) or `.shaman/…`, in the spellings of readings_of() and of patterns.
[[nodiscard]] bool names_own_files(std::string_view text, const Farm& farm, Effort& effort);

}  // namespace shaman::jobs
