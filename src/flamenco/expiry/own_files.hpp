// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/jobs/farm.hpp"

#include "flamenco/expiry/references.hpp"

namespace shaman::jobs {

/// The first text of a job that leads to what the server keeps for itself next to the jobs folder:
/// blobs (`file-store/stored/…`) or `.shaman/…`, in the spellings of each_reading() and of
/// patterns. Null where none does, or where the effort is used up.
[[nodiscard]] const JobText* naming_own_files(const JobTexts& job, const Farm& farm,
                                              Effort& effort);

}  // namespace shaman::jobs
