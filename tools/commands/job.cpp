// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstdio>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/manager/manager.hpp"
#include "shaman/text.hpp"

#include "commands/actions.hpp"
#include "report/interruption.hpp"
#include "report/job_types.hpp"
#include "report/job_watch.hpp"
#include "report/local_time.hpp"
#include "report/submit_report.hpp"
#include "report/table.hpp"

namespace shaman::tools {
namespace {

using manager::Manager;
using nlohmann::json;

ExitStatus types(Manager& manager, const ActionOptions& options) {
  const auto types = manager.job_types();
  if (!types) return fail(with_hint(types.error()));
  json all = json::array();
  for (const manager::JobType& type : *types) {
    all.push_back(job_type_json(type));
    if (!options.json) print(job_type_text(type));
  }
  if (options.json) print_json(json{{"schema", 1}, {"jobTypes", std::move(all)}});
  return ExitStatus::done;
}

ExitStatus list_jobs(Manager& manager, const ActionOptions& options) {
  auto jobs = manager.jobs();
  if (!jobs) return fail(with_hint(jobs.error()));
  std::ranges::stable_sort(*jobs, std::ranges::greater(), &manager::Job::created);
  json all = json::array();
  std::vector<std::vector<std::string>> rows;
  for (const manager::Job& job : *jobs) {
    all.push_back(job.whole);
    rows.push_back({text::printable(job.id), text::printable(job.status), local_time(job.created),
                    text::printable(job.name)});
  }
  if (options.json)
    print_json(json{{"schema", 1}, {"jobs", std::move(all)}});
  else if (rows.empty())
    say("the Manager has no jobs");
  else
    print(table(rows));
  return ExitStatus::done;
}

std::string shown(const json& value) {
  return text::printable(value.is_string() ? value.get<std::string>() : value.dump());
}

ExitStatus show_job(Manager& manager, const ActionOptions& options) {
  const auto job = manager.job(options.operand);
  if (!job) return fail_for_job(with_hint(job.error()));
  const auto tasks = manager.tasks(options.operand);
  if (!tasks) return fail(with_hint(tasks.error()));
  if (options.json) {
    json all = json::array();
    for (const manager::Task& task : *tasks)
      all.push_back(
          {{"ID", task.id}, {"name", task.name}, {"status", task.status}, {"worker", task.worker}});
    print_json(json{{"schema", 1}, {"job", job->whole}, {"tasks", std::move(all)}});
    return ExitStatus::done;
  }
  print(text::printable(job->name) + ": " + text::printable(job->status) + "\n" + "Type:     " +
        text::printable(job->type) + "\n" + "Priority: " + std::to_string(job->priority) + "\n" +
        "Created:  " + local_time(job->created) + "\n" + "Changed:  " + local_time(job->updated) +
        "\n");
  if (!job->activity.empty()) print("Activity: " + text::printable(job->activity) + "\n");
  const json settings = job->whole.value("settings", json::object());
  for (const auto& [key, value] : settings.items())
    print("  " + text::printable(key) + " = " + shown(value) + "\n");
  std::vector<std::vector<std::string>> rows;
  for (const manager::Task& task : *tasks) {
    rows.push_back(
        {text::printable(task.id), text::printable(task.status), text::printable(task.name)});
    if (!task.worker.empty()) rows.back().push_back("on " + text::printable(task.worker));
  }
  print(table(rows));
  return ExitStatus::done;
}

ExitStatus tail(Manager& manager, const ActionOptions& options) {
  const auto job = manager.job(options.operand);
  // The id may be a task's.
  if (!job && job.error().code == errc::not_found) {
    const auto log = manager.log_tail(options.operand);
    if (!log) return fail_for_job(job.error());
    if (options.json)
      print_json(json{{"schema", 1}, {"ID", options.operand}, {"log", *log}});
    else
      print(log_text(*log));
    return ExitStatus::done;
  }
  if (!job) return fail(with_hint(job.error()));
  const std::string logs = failed_logs(manager, options.operand);
  if (options.json) {
    print_json(json{{"schema", 1}, {"ID", options.operand}, {"log", logs}});
    return ExitStatus::done;
  }
  print(logs.empty()
            ? "no task of this job has failed; `shaman job show " +
                  text::printable(options.operand) +
                  "` lists the tasks, and `shaman job tail` shows the log of one by its ID\n"
            : logs);
  return ExitStatus::done;
}

ExitStatus cancel(Manager& manager, const ActionOptions& options) {
  const auto job = manager.job(options.operand);
  if (!job) return fail_for_job(with_hint(job.error()));
  if (job->is_final())
    return fail({errc::invalid_argument,
                 "the job has already ended; its status is " + text::in_quotes(job->status)});
  if (const auto canceled = manager.cancel(options.operand); !canceled)
    return fail(with_hint(canceled.error()));
  remember_deed("the Manager is cancelling the job " + text::in_quotes(job->name));
  if (options.json)
    print_json(json{{"schema", 1}, {"ID", options.operand}, {"canceled", true}});
  else
    print("The Manager is cancelling the job " + text::printable(job->name) + ".\n");
  return ExitStatus::done;
}

template <ExitStatus (*act)(Manager&, const ActionOptions&)>
ExitStatus with_manager(const client::Server& server, const ActionOptions& options) {
  Manager manager(server);
  return act(manager, options);
}

// A server without a Manager answers calls about jobs in different ways.
template <ExitStatus (*act)(Manager&, const ActionOptions&)>
ExitStatus where_there_are_types(Manager& manager, const ActionOptions& options) {
  if (const auto types = manager.job_types(); !types) return fail(with_hint(types.error()));
  return act(manager, options);
}

// The job, if it exists.
result<manager::Job> find_job(Manager& manager, const std::string& id) {
  const Waiting waiting(manager.url().text());
  if (const auto types = manager.job_types(); !types) return types.error();
  return manager.job(id);
}

ExitStatus wait_for(const client::Server& server, const ActionOptions& options) {
  const std::stop_token stop = finish_on_interrupt("the job continues");
  Manager manager(server, stop);
  const auto job = find_job(manager, options.operand);
  if (!job) return fail_for_job(with_hint(job.error()));
  const JobEnd end =
      watch_job(manager, options.operand, {options.json ? stderr : stdout, false}, stop);
  json line{{"schema", 1}, {"job", job_json(*job)}};
  add_job_end(line, end);
  if (options.json) print_json(line);
  return end.status;
}

constexpr std::array<Action, 6> kJobActions{{
    {"types", "Lists the Manager's job types and their settings.", false, with_manager<types>,
     nullptr},
    {"list", "Lists all jobs, newest first.", false, with_manager<where_there_are_types<list_jobs>>,
     nullptr},
    {"show", "Shows one job with its settings and tasks.", true,
     with_manager<where_there_are_types<show_job>>, nullptr},
    {"tail", "Shows the end of the log of each failed task of a job, or of one task.", true,
     with_manager<where_there_are_types<tail>>, nullptr},
    {"wait", "Waits until a job ends, and shows its progress and the logs of failed tasks.", true,
     wait_for, nullptr, true},
    {"cancel", "Cancels a job.", true, with_manager<where_there_are_types<cancel>>,
     "the Manager may be cancelling the job: see `shaman job list`"},
}};

}  // namespace

Command add_job(CLI::App& app) {
  return add_actions(*app.add_subcommand("job", "Lists, shows, waits for and cancels render jobs."),
                     kJobActions,
                     {"ID", "ID of the job (`tail` also takes the ID of a task).", "ID"});
}

}  // namespace shaman::tools
