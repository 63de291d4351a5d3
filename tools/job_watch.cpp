// SPDX-License-Identifier: GPL-3.0-or-later
#include "job_watch.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

constexpr std::chrono::seconds kBetweenLooks{2};
// A Manager that restarts, or a laptop that changes its network.
constexpr int kMostFailures = 150;
constexpr std::size_t kMostLogs = 5;

void write(std::FILE* to, const std::string& line) {
  const std::string whole = line + "\n";
  std::fwrite(whole.data(), 1, whole.size(), to);
  std::fflush(to);
}

// Whether it was waited for in full.
bool pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  return !wake.wait_for(lock, stop, kBetweenLooks, [] { return false; }) && !stop.stop_requested();
}

// `active: 12 of 50 tasks done, 2 failed`.
std::string progress_of(const manager::Job& job, const std::vector<manager::Task>& tasks) {
  std::map<std::string, std::size_t> counts;
  for (const manager::Task& task : tasks)
    ++counts[task.status];
  std::string line = text::printable(job.status);
  if (!tasks.empty())
    line += ": " + std::to_string(counts["completed"]) + " of " +
            text::count_of(tasks.size(), "task", "tasks") + " done";
  if (counts["active"] > 0) line += ", " + std::to_string(counts["active"]) + " running";
  if (counts["failed"] + counts["soft-failed"] > 0)
    line += ", " + std::to_string(counts["failed"] + counts["soft-failed"]) + " failed";
  return line;
}

ExitStatus status_of(const manager::Job& job) {
  if (job.status == "failed") return ExitStatus::job_failed;
  if (job.status == "canceled") return ExitStatus::job_canceled;
  return ExitStatus::done;
}

}  // namespace

std::string log_text(const std::string& log) {
  if (log.empty()) return "it has no log yet\n";
  std::string out;
  // It keeps its lines, and nothing else that a terminal would obey.
  for (std::size_t begin = 0; begin < log.size();) {
    const std::size_t end = std::min(log.find('\n', begin), log.size());
    out += text::printable(log.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string failed_logs(manager::Manager& manager, const std::string& job_id) {
  const auto tasks = manager.tasks(job_id);
  if (!tasks) return text::printable(tasks.error().message()) + "\n";
  std::string out;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (const manager::Task& task : *tasks) {
    if (task.status != "failed" && task.status != "soft-failed") continue;
    if (shown == kMostLogs) {
      ++left;
      continue;
    }
    ++shown;
    const auto log = manager.log_tail(task.id);
    out += "--- task " + text::printable(task.name) + " (" + text::printable(task.id) + ") " +
           text::printable(task.status) + ":\n";
    out += log ? log_text(*log) : text::printable(log.error().message()) + "\n";
  }
  if (left > 0)
    out += "--- " + text::count_of(left, "more task", "more tasks") + " failed; `shaman job show " +
           text::printable(job_id) + "` tells which\n";
  return out;
}

ExitStatus watch_job(manager::Manager& manager, const std::string& id, std::FILE* to,
                     const std::stop_token& stop) {
  std::string last;
  int failures = 0;
  for (;;) {
    const auto job = manager.job(id);
    const auto tasks = manager.tasks(id);
    if (!job && (job.error().code == errc::not_found || ++failures > kMostFailures))
      return fail(job.error());
    if (job) {
      failures = 0;
      const std::string line = progress_of(*job, tasks ? *tasks : std::vector<manager::Task>());
      if (line != last) write(to, "Job " + line);
      last = line;
      if (job->is_final()) {
        if (job->status == "failed") write(to, failed_logs(manager, id));
        return status_of(*job);
      }
    }
    if (!pause(stop))
      return fail({errc::cancelled, "no longer waiting; the job goes on. `shaman job show " + id +
                                        "` tells how far it is, `shaman job cancel " + id +
                                        "` ends it"});
  }
}

}  // namespace shaman::tools
