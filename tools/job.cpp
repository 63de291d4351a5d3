// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/manager/manager.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "job_watch.hpp"
#include "server_option.hpp"
#include "waiting.hpp"

namespace shaman::tools {
namespace {

using manager::Manager;
using nlohmann::json;

struct Options {
  ServerOption server;
  std::string id;
  bool json = false;
};

using Action = ExitStatus (*)(Manager&, const Options&);

std::string setting_line(const manager::Setting& setting) {
  std::string line = "  " + text::printable(setting.key) + ": ";
  switch (setting.type) {
    case manager::Setting::Type::string:
      line += "text";
      break;
    case manager::Setting::Type::int32:
      line += "whole number";
      break;
    case manager::Setting::Type::real:
      line += "number";
      break;
    case manager::Setting::Type::boolean:
      line += "true or false";
      break;
  }
  for (std::size_t i = 0; i < setting.choices.size(); ++i)
    line += (i == 0 ? ", one of " : ", ") + text::printable(setting.choices[i]);
  if (!setting.default_value.is_null())
    line += ", default " + text::printable(setting.default_value.dump());
  if (!setting.expression.empty()) line += ", from the scene";
  if (setting.is_required) line += ", required";
  if (!setting.description.empty()) line += "  (" + text::printable(setting.description) + ")";
  return line + "\n";
}

ExitStatus types(Manager& manager, const Options& options) {
  const auto types = manager.job_types();
  if (!types) return fail(with_hint(types.error()));
  if (types->empty() && !options.json)
    print("There are no job types at " + manager.url().text() + ".\n");
  json all = json::array();
  for (const manager::JobType& type : *types) {
    json keys = json::array();
    std::string lines = text::printable(type.name) + ": " + text::printable(type.label) + "\n";
    for (const manager::Setting& setting : type.settings) {
      lines += setting_line(setting);
      keys.push_back(setting.key);
    }
    all.push_back({{"name", type.name}, {"label", type.label}, {"settings", std::move(keys)}});
    if (!options.json) print(lines);
  }
  if (options.json) print_json(json{{"schema", 1}, {"jobTypes", std::move(all)}});
  return ExitStatus::done;
}

ExitStatus list(Manager& manager, const Options& options) {
  auto jobs = manager.jobs();
  if (!jobs) return fail(with_hint(jobs.error()));
  std::ranges::stable_sort(*jobs, std::ranges::greater(), &manager::Job::created);
  json all = json::array();
  for (const manager::Job& job : *jobs) {
    all.push_back(job.whole);
    if (!options.json)
      print(text::printable(job.id) + "  " + text::printable(job.status) + "  " +
            text::printable(job.created) + "  " + text::printable(job.name) + "\n");
  }
  if (options.json) print_json(json{{"schema", 1}, {"jobs", std::move(all)}});
  return ExitStatus::done;
}

std::string shown(const json& value) {
  return text::printable(value.is_string() ? value.get<std::string>() : value.dump());
}

ExitStatus show(Manager& manager, const Options& options) {
  const auto job = manager.job(options.id);
  if (!job) return fail_for_job(with_hint(job.error()));
  const auto tasks = manager.tasks(options.id);
  if (!tasks) return fail(with_hint(tasks.error()));
  if (options.json) {
    json all = json::array();
    for (const manager::Task& task : *tasks)
      all.push_back(
          {{"id", task.id}, {"name", task.name}, {"status", task.status}, {"worker", task.worker}});
    print_json(json{{"schema", 1}, {"job", job->whole}, {"tasks", std::move(all)}});
    return ExitStatus::done;
  }
  print(text::printable(job->name) + ": " + text::printable(job->status) + "\n" + "Type:     " +
        text::printable(job->type) + "\n" + "Priority: " + std::to_string(job->priority) + "\n" +
        "Created:  " + text::printable(job->created) + "\n" +
        "Changed:  " + text::printable(job->updated) + "\n");
  if (!job->activity.empty()) print("Activity: " + text::printable(job->activity) + "\n");
  const json settings = job->whole.value("settings", json::object());
  for (const auto& [key, value] : settings.items())
    print("  " + text::printable(key) + " = " + shown(value) + "\n");
  for (const manager::Task& task : *tasks)
    print(text::printable(task.id) + "  " + text::printable(task.status) + "  " +
          text::printable(task.name) +
          (task.worker.empty() ? "" : "  on " + text::printable(task.worker)) + "\n");
  return ExitStatus::done;
}

ExitStatus tail(Manager& manager, const Options& options) {
  const auto job = manager.job(options.id);
  // The id may be a task's.
  if (!job && job.error().code == errc::not_found) {
    const auto log = manager.log_tail(options.id);
    if (!log) return fail_for_job(job.error());
    if (options.json)
      print_json(json{{"schema", 1}, {"id", options.id}, {"log", *log}});
    else
      print(log_text(*log));
    return ExitStatus::done;
  }
  if (!job) return fail(with_hint(job.error()));
  const std::string logs = failed_logs(manager, options.id);
  if (options.json) {
    print_json(json{{"schema", 1}, {"id", options.id}, {"log", logs}});
    return ExitStatus::done;
  }
  print(logs.empty()
            ? "no task of this job has failed; `shaman job show " + text::printable(options.id) +
                  "` tells their ids, whose logs can be "
                  "asked for\n"
            : logs);
  return ExitStatus::done;
}

ExitStatus cancel(Manager& manager, const Options& options) {
  const auto job = manager.job(options.id);
  if (!job) return fail_for_job(with_hint(job.error()));
  if (job->is_final())
    return fail({errc::malformed_request,
                 "the job is " + text::printable(job->status) + " already: nothing to cancel"});
  if (const auto canceled = manager.cancel(options.id); !canceled)
    return fail(with_hint(canceled.error()));
  if (options.json)
    print_json(json{{"schema", 1}, {"id", options.id}, {"canceled", true}});
  else
    print("The Manager cancels " + text::printable(job->name) + ".\n");
  return ExitStatus::done;
}

struct Entry {
  const char* name;
  const char* text;
  bool takes_id;
  Action action;
};

constexpr std::array<Entry, 5> kEntries{{
    {"types", "The Manager's job types, with their settings.", false, types},
    {"list", "All jobs, the newest first.", false, list},
    {"show", "One job, with its settings and tasks.", true, show},
    {"tail", "The ends of the logs of a job's failed tasks, or of one task.", true, tail},
    {"cancel", "Ends a job.", true, cancel},
}};

ExitStatus run(Action action, const Options& options) {
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  Manager manager(*server);
  const Waiting waiting(server->url.text());
  return action(manager, options);
}

}  // namespace

Command add_job(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("job", "Looks at a Manager's jobs, and ends them.");
  command->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  std::vector<std::pair<CLI::App*, Action>> actions;
  for (const Entry& entry : kEntries) {
    CLI::App* const action = command->add_subcommand(entry.name, entry.text);
    add_server_option(*action, options->server);
    action->add_flag("--json", options->json, "Print one line of JSON.");
    if (entry.takes_id)
      action->add_option("id", options->id, "Its id")->required()->type_name("ID");
    actions.emplace_back(action, entry.action);
  }
  return {command, [options, actions] {
            for (const auto& [chosen, action] : actions)
              if (chosen->parsed()) return run(action, *options);
            return ExitStatus::bad_input;
          }};
}

}  // namespace shaman::tools
