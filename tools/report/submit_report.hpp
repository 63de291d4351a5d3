// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "shaman/client/submitter.hpp"
#include "shaman/manager/manager.hpp"

#include "report/job_watch.hpp"
#include "report/scene_warnings.hpp"
#include "report/shared_storage.hpp"

namespace shaman::tools {

/// A missing sequence would push everything else off the screen.
inline constexpr std::size_t kMostLinesOfFiles = 60;

/// The one line of `submit --json`. `job` may be null.
[[nodiscard]] nlohmann::json submit_json(const client::SubmitReport& report,
                                         const manager::Job* job);
/// The one line for a .blend that stays where it is. `job` may be null.
[[nodiscard]] nlohmann::json in_place_json(const SharedStorageJob& place, const manager::Job* job);
/// `job`: a job that a Manager has.
[[nodiscard]] nlohmann::json job_json(const manager::Job& job);
/// Adds the result of the wait to a line with a job.
void add_job_end(nlohmann::json& line, const JobEnd& end);
/// For people: the job that was made.
[[nodiscard]] std::string job_summary(const manager::Job& job);
/// How many files need not be sent because another one has their content; empty if none.
[[nodiscard]] std::string duplicates_line(const char* label, std::uint64_t files);
/// For people, on standard output: a submission that succeeded.
[[nodiscard]] std::string submit_summary(const client::SubmitReport& report);
[[nodiscard]] SceneWarnings warnings_of(const client::SubmitReport& report);
/// For people, on standard error: warnings, and missing files with their users.
[[nodiscard]] std::string submit_warnings(const client::SubmitReport& report);

}  // namespace shaman::tools
