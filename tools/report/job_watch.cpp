// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/job_watch.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/program/pause.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

using Clock = std::chrono::steady_clock;
using manager::JobWait;
using manager::TaskCounts;

constexpr std::chrono::seconds kBetweenLooks{2};
constexpr std::size_t kMostLogs = 5;
constexpr std::chrono::seconds kLineEvery{10};

void write(std::FILE* to, const std::string& line) {
  const std::string whole = line + "\n";
  std::fwrite(whole.data(), 1, whole.size(), to);
  std::fflush(to);
}

std::string failed_of(const TaskCounts& tasks) {
  return std::to_string(tasks.failed) + " of " + text::count_of(tasks.all, "task", "tasks") +
         " failed";
}

// `active: 12 of 50 tasks done, 2 failed`.
std::string progress_of(const manager::Job& job, const TaskCounts& tasks) {
  std::string line = text::printable(job.status);
  if (tasks.all > 0)
    line += ": " + std::to_string(tasks.completed) + " of " +
            text::count_of(tasks.all, "task", "tasks") + " done";
  if (tasks.running > 0) line += ", " + std::to_string(tasks.running) + " running";
  if (tasks.retried > 0) line += ", " + std::to_string(tasks.retried) + " to be tried again";
  if (tasks.failed > 0) line += ", " + std::to_string(tasks.failed) + " failed";
  return line;
}

}  // namespace

std::string log_text(const std::string& log) {
  if (log.empty()) return "no log yet\n";
  std::string out;
  // Keeps its lines, but no other control characters.
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
           text::printable(job_id) + "` lists them\n";
  return out;
}

ExitStatus fail_for_job(const Error& error) {
  const ExitStatus status = fail(error);
  return error.code == errc::not_found ? ExitStatus::no_such_job : status;
}

namespace {

class Watch {
 public:
  Watch(manager::Manager& manager, const std::string& id, const WatchOutput& output)
      : manager_(manager), id_(id), output_(output) {}

  JobEnd run(const std::stop_token& stop) {
    while (!look() && pause_for(kBetweenLooks, stop))
      ;
    if (!has_ended_)
      fail_with({errc::cancelled, "stopped waiting; " + manager::how_to_go_on(id_) +
                                      ", `shaman job cancel " + id_ + "` cancels it"});
    return std::move(end_);
  }

 private:
  void tell_progress(const std::string& line) {
    last_line_ = Clock::now();
    if (!output_.is_quiet) write(output_.to, line);
  }

  // A log has no line that is redrawn each second.
  void tell_that_it_goes_on(const std::string& what) {
    const Clock::time_point now = Clock::now();
    if (output_.is_quiet || os::stderr_can_redraw() || now - last_line_ < kLineEvery) return;
    last_line_ = now;
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - begin_);
    say(what + ", waiting for " + std::to_string(waited.count()) + " s");
  }

  // Whether the waiting is over.
  bool look() {
    const auto [job, tasks] = ask();
    if (!job) return without_answer(job.error());
    if (!tasks) return without_answer(tasks.error());
    if (wait_.is_absent()) {
      shown_absence_.reset();
      tell_progress("The Manager answers again.");
    }
    end_.job_status = job->status;
    end_.tasks = manager::count(*tasks);
    const std::string line = progress_of(*job, end_.tasks);
    if (line != last_) tell_progress("Job " + line);
    last_ = line;
    tell_that_it_goes_on("job " + line);
    const JobWait::Next next = wait_.answered(*job, end_.tasks);
    return next != JobWait::Next::wait && end_with(next);
  }

  std::pair<result<manager::Job>, result<std::vector<manager::Task>>> ask() {
    std::optional<Waiting> waiting;
    if (!shown_absence_) waiting.emplace(manager_.url().text());
    auto job = manager_.job(id_);
    if (!job) return {job.error(), job.error()};
    return {std::move(job), manager_.tasks(id_)};
  }

  bool end_with(JobWait::Next next) {
    switch (next) {
      case JobWait::Next::canceled:
        end_.error = "the job was cancelled";
        return end(ExitStatus::job_canceled);
      case JobWait::Next::failed:
        end_.error = "the job failed: " + failed_of(end_.tasks);
        write(output_.to, failed_logs(manager_, id_));
        return end(ExitStatus::job_failed);
      case JobWait::Next::stuck:
        end_.error = failed_of(end_.tasks) + ", and nothing is left to run";
        write(output_.to, end_.error + "; the Manager keeps the job " +
                              text::printable(end_.job_status) + ":\n" +
                              failed_logs(manager_, id_));
        return end(ExitStatus::job_failed);
      default:
        return end(ExitStatus::done);
    }
  }

  bool without_answer(const Error& error) {
    const bool was_absent = wait_.is_absent();
    switch (wait_.failed_to_ask(error, Clock::now())) {
      case JobWait::Next::deleted:
        return fail_with({errc::not_found, "the job " + text::in_quotes(id_) +
                                               " was deleted on the Manager during the wait"});
      case JobWait::Next::unknown:
        return fail_with(error);
      case JobWait::Next::given_up:
        return fail_with(wait_.after_absence(error, id_));
      default:
        if (wait_.is_absent()) tell_absence(error, !was_absent);
        return false;
    }
  }

  void tell_absence(const Error& error, bool is_new) {
    if (is_new) {
      std::string sentence = text::printable(error.message());
      if (error.code == errc::manager_away)
        sentence.front() = 'T';
      else
        sentence = "The Manager does not answer: " + sentence;
      tell_progress(sentence + ". Waiting for it for up to " + wait_.longest_absence() + ".");
      if (!output_.is_quiet) shown_absence_.emplace("the Manager");
    }
    tell_that_it_goes_on("the Manager does not answer");
  }

  bool fail_with(const Error& error) {
    end(fail_for_job(error));
    end_.error = last_failure();
    return true;
  }

  bool end(ExitStatus status) {
    end_.status = status;
    has_ended_ = true;
    return true;
  }

  manager::Manager& manager_;
  const std::string& id_;
  const WatchOutput& output_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point last_line_ = begin_;
  std::string last_;
  JobWait wait_;
  std::optional<Waiting> shown_absence_;
  JobEnd end_;
  bool has_ended_ = false;
};

}  // namespace

JobEnd watch_job(manager::Manager& manager, const std::string& id, const WatchOutput& output,
                 const std::stop_token& stop) {
  return Watch(manager, id, output).run(stop);
}

}  // namespace shaman::tools
