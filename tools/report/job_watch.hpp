// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <stop_token>
#include <string>

#include "shaman/manager/manager.hpp"

#include "commands.hpp"
#include "flamenco/job/job_wait.hpp"

namespace shaman::tools {

/// How the waiting for a job ended, and what was last seen of it.
struct JobEnd {
  ExitStatus status = ExitStatus::done;
  std::string error;       ///< a sentence; empty: the job has completed
  std::string job_status;  ///< empty: never seen
  manager::TaskCounts tasks;
};

/// Where the waiting for a job is told of.
struct WatchOutput {
  std::FILE* to = stdout;  ///< lines of progress, and the logs of what failed
  bool is_quiet = false;   ///< only the logs
};

/// Waits until a job has ended, with its progress as lines; where standard error is no terminal, a
/// line there every ten seconds says that the waiting goes on. The exit status says how it ended:
/// ExitStatus::job_failed also where tasks failed and nothing is left to run, as a Manager then may
/// keep the job active for ever. A Manager that is away is waited for, with a word about it; after
/// ten minutes ExitStatus::out_of_reach. `stop` ends the waiting, not the job.
[[nodiscard]] JobEnd watch_job(manager::Manager& manager, const std::string& id,
                               const WatchOutput& output, const std::stop_token& stop);

/// As fail(); ExitStatus::no_such_job where the error says that there is none.
[[nodiscard]] ExitStatus fail_for_job(const Error& error);

/// A log as it can be shown on a terminal; a sentence where it is empty.
[[nodiscard]] std::string log_text(const std::string& log);

/// The last lines of the logs of a job's failed tasks, under their names.
[[nodiscard]] std::string failed_logs(manager::Manager& manager, const std::string& job_id);

}  // namespace shaman::tools
