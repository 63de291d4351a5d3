// SPDX-License-Identifier: GPL-3.0-or-later
#include "job_watch.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenLooks{2};
// A Manager that restarts, or a laptop that changes its network.
constexpr std::chrono::minutes kLongestAbsence{10};
// So often nothing is left to run before that counts: a Manager takes a moment to move on.
constexpr int kLooksAtNothing = 5;
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

struct Counts {
  std::size_t completed = 0;
  std::size_t running = 0;
  std::size_t failed = 0;
  std::size_t retried = 0;  // failed once, and given to another worker
  std::size_t canceled = 0;
  std::size_t all = 0;

  explicit Counts(const std::vector<manager::Task>& tasks) : all(tasks.size()) {
    for (const manager::Task& task : tasks) {
      completed += task.status == "completed" ? 1 : 0;
      running += task.status == "active" ? 1 : 0;
      failed += task.status == "failed" ? 1 : 0;
      retried += task.status == "soft-failed" ? 1 : 0;
      canceled += task.status == "canceled" ? 1 : 0;
    }
  }

  // A Manager calls a job failed only when a tenth of its tasks have.
  [[nodiscard]] bool has_ended_with_failures() const {
    return failed > 0 && completed + failed + canceled == all;
  }
};

// `active: 12 of 50 tasks done, 2 failed`.
std::string progress_of(const manager::Job& job, const Counts& tasks) {
  std::string line = text::printable(job.status);
  if (tasks.all > 0)
    line += ": " + std::to_string(tasks.completed) + " of " +
            text::count_of(tasks.all, "task", "tasks") + " done";
  if (tasks.running > 0) line += ", " + std::to_string(tasks.running) + " running";
  if (tasks.retried > 0) line += ", " + std::to_string(tasks.retried) + " to be tried again";
  if (tasks.failed > 0) line += ", " + std::to_string(tasks.failed) + " failed";
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
    if (task.status != "failed") continue;
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

ExitStatus fail_for_job(const Error& error) {
  const ExitStatus status = fail(error);
  return error.code == errc::not_found ? ExitStatus::no_such_job : status;
}

namespace {

class Watch {
 public:
  Watch(manager::Manager& manager, const std::string& id, std::FILE* to)
      : manager_(manager), id_(id), to_(to) {}

  // How it ended; nothing while it goes on.
  std::optional<ExitStatus> look() {
    const auto job = manager_.job(id_);
    if (!job) return without_answer(job.error());
    const auto tasks = manager_.tasks(id_);
    if (!tasks) return without_answer(tasks.error());
    if (absent_since_) write(to_, "The Manager answers again.");
    absent_since_.reset();
    was_seen_ = true;
    const Counts counts(*tasks);
    const std::string line = progress_of(*job, counts);
    if (line != last_) write(to_, "Job " + line);
    last_ = line;
    if (job->is_final()) {
      if (job->status == "failed") write(to_, failed_logs(manager_, id_));
      return status_of(*job);
    }
    looks_at_nothing_ = counts.has_ended_with_failures() ? looks_at_nothing_ + 1 : 0;
    if (looks_at_nothing_ < kLooksAtNothing) return std::nullopt;
    write(to_, text::count_of(counts.failed, "task has failed", "tasks have failed") +
                   " and nothing is left to run; the Manager keeps the job " +
                   text::printable(job->status) + ":\n" + failed_logs(manager_, id_));
    return ExitStatus::job_failed;
  }

 private:
  std::optional<ExitStatus> without_answer(const Error& error) {
    if (error.code == errc::not_found && was_seen_)
      return fail_for_job({errc::not_found, "the job " + text::in_quotes(id_) +
                                                " was deleted on the Manager while it was waited "
                                                "for"});
    if (error.code == errc::not_found) return fail_for_job(error);
    if (error.code == errc::cancelled) return std::nullopt;
    const Clock::time_point now = Clock::now();
    if (!absent_since_) {
      absent_since_ = now;
      write(to_, "The Manager does not answer (" + text::printable(error.message()) +
                     "); waiting for it for up to 10 minutes");
    }
    if (now - *absent_since_ < kLongestAbsence) return std::nullopt;
    return fail(error);
  }

  manager::Manager& manager_;
  const std::string& id_;
  std::FILE* to_;
  std::string last_;
  std::optional<Clock::time_point> absent_since_;
  int looks_at_nothing_ = 0;
  bool was_seen_ = false;
};

}  // namespace

ExitStatus watch_job(manager::Manager& manager, const std::string& id, std::FILE* to,
                     const std::stop_token& stop) {
  Watch watch(manager, id, to);
  for (;;) {
    if (const std::optional<ExitStatus> end = watch.look()) return *end;
    if (!pause(stop))
      return fail({errc::cancelled, "no longer waiting; the job goes on. `shaman job show " + id +
                                        "` tells how far it is, `shaman job cancel " + id +
                                        "` ends it"});
  }
}

}  // namespace shaman::tools
