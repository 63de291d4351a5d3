// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/job/job_wait.hpp"

#include "shaman/text.hpp"

namespace shaman::manager {
namespace {

// A Manager sets a job to failed only when a tenth of its tasks have failed.
bool have_ended_with_failures(const TaskCounts& tasks) {
  return tasks.failed > 0 && tasks.completed + tasks.failed + tasks.canceled == tasks.all;
}

}  // namespace

TaskCounts count(const std::vector<Task>& tasks) {
  TaskCounts counts;
  counts.all = tasks.size();
  for (const Task& task : tasks) {
    counts.completed += task.status == "completed" ? 1 : 0;
    counts.running += task.status == "active" ? 1 : 0;
    counts.failed += task.status == "failed" ? 1 : 0;
    counts.retried += task.status == "soft-failed" ? 1 : 0;
    counts.canceled += task.status == "canceled" ? 1 : 0;
  }
  return counts;
}

JobWait::Next JobWait::answered(const Job& job, const TaskCounts& tasks) {
  absent_since_.reset();
  was_seen_ = true;
  if (job.is_final()) {
    if (job.status == "canceled") return Next::canceled;
    return job.status == "failed" ? Next::failed : Next::completed;
  }
  looks_at_nothing_ = have_ended_with_failures(tasks) ? looks_at_nothing_ + 1 : 0;
  return looks_at_nothing_ < patience_.looks_at_nothing ? Next::wait : Next::stuck;
}

JobWait::Next JobWait::failed_to_ask(const Error& error, Time now) {
  if (error.code == errc::not_found) return was_seen_ ? Next::deleted : Next::unknown;
  // A stopped wait says nothing about the Manager.
  if (error.code == errc::cancelled) return Next::wait;
  if (!absent_since_) absent_since_ = now;
  return now - *absent_since_ < patience_.absence ? Next::wait : Next::given_up;
}

std::string JobWait::longest_absence() const {
  return text::count_of(static_cast<std::uint64_t>(patience_.absence.count()), "minute", "minutes");
}

Error JobWait::after_absence(const Error& error, const std::string& job_id) const {
  return {errc::unreachable, "stopped waiting after " + longest_absence() +
                                 " without an answer from the Manager: " + error.message() + "; " +
                                 how_to_go_on(job_id)};
}

std::string how_to_go_on(const std::string& job_id) {
  return "the job continues. `shaman job wait " + job_id + "` waits for it again";
}

}  // namespace shaman::manager
