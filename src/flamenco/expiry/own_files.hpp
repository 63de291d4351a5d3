// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/jobs/farm.hpp"

#include "flamenco/expiry/references.hpp"

namespace shaman::jobs {

/// The first text of a job that leads to the server's own files next to the jobs folder: blobs
/// (`file-store/stored/…`) or `.shaman/…`, in the spellings of each_reading(), also by a pattern.
/// Null if there is none, or if the effort is used up.
[[nodiscard]] const JobText* naming_own_files(const JobTexts& job, const Farm& farm,
                                              Effort& effort);

}  // namespace shaman::jobs
