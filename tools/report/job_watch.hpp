// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <stop_token>
#include <string>

#include "shaman/manager/manager.hpp"

#include "commands.hpp"
#include "flamenco/job/job_wait.hpp"

namespace shaman::tools {

/// The result of waiting for a job, and its last known state.
struct JobEnd {
  ExitStatus status = ExitStatus::done;
  std::string error;       ///< a sentence; empty: the job has completed
  std::string job_status;  ///< empty: never seen
  manager::TaskCounts tasks;
};

/// The output while waiting for a job.
struct WatchOutput {
  std::FILE* to = stdout;  ///< lines of progress, and the logs of failed tasks
  bool is_quiet = false;   ///< only the logs
};

/// Waits until a job has ended, with its progress as lines; if standard error is not a terminal,
/// prints a line there every ten seconds while it waits. The exit status says how it ended:
/// ExitStatus::job_failed also if tasks failed and none is left to run, because a Manager may then
/// keep the job active for ever. Waits for a Manager that is away, and says so; after ten minutes
/// ExitStatus::out_of_reach. `stop` ends the wait, not the job.
[[nodiscard]] JobEnd watch_job(manager::Manager& manager, const std::string& id,
                               const WatchOutput& output, const std::stop_token& stop);

/// Like fail(); ExitStatus::no_such_job if the error says that there is none.
[[nodiscard]] ExitStatus fail_for_job(const Error& error);

/// A log, made safe for a terminal; a sentence if it is empty.
[[nodiscard]] std::string log_text(const std::string& log);

/// The last lines of the logs of a job's failed tasks, under their names.
[[nodiscard]] std::string failed_logs(manager::Manager& manager, const std::string& job_id);

}  // namespace shaman::tools
