// SPDX-License-Identifier: GPL-3.0-or-later
// shaman list: what .blend files depend on.
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/pack/plan.hpp"
#include "shaman/pack/shortfall.hpp"
#include "shaman/text.hpp"
#include "shaman/trace/trace.hpp"

#include "commands.hpp"
#include "options/file_options.hpp"
#include "options/value_checks.hpp"
#include "options/without_effect.hpp"
#include "pack/project/glob.hpp"
#include "report/list_output.hpp"
#include "report/scene_warnings.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

struct ListOptions {
  std::vector<std::string> files;
  pack::PlanOptions plan;
  bool json = false;
  bool tree = false;
  bool all = false;
  bool strict = false;
};

// Excluded files are treated as if no reference led to them; files that an excluded library needs
// are kept.
void leave_out(trace::Trace& trace, pack::Globs excluded) {
  const auto matches = [&](const std::string& path) { return excluded.match(path); };
  for (trace::Dependency& dependency : trace.dependencies) {
    std::erase_if(dependency.files, matches);
    std::erase_if(dependency.missing_files, matches);
    if (dependency.missing_files.empty()) dependency.missing = false;
  }
  std::erase_if(trace.dependencies, [&](const trace::Dependency& dependency) {
    return dependency.files.empty() && matches(dependency.resolved);
  });
}

nlohmann::json failure_of(const std::string& file, const Error& error) {
  nlohmann::json line = failure_json(error.message());
  line["blendfile"] = file;
  return line;
}

// The files that a submission with the same options would send and leave out.
result<Listing> look(const std::string& file, const ListOptions& options) {
  const Waiting waiting(text::printable(file), "reading");
  trace::TraceOptions how;
  how.whole_libraries = options.all;
  result<trace::Trace> trace = trace::trace(file, how);
  if (!trace) return trace.error();
  const result<pack::Plan> plan = pack::make_plan(*trace, options.plan);
  if (!plan) return plan.error();
  pack::Shortfall lacks = pack::shortfall_of(*trace, *plan, options.plan);
  leave_out(*trace,
            pack::Globs(options.plan.exclude, pack::bases_of_patterns(*trace, plan->project)));
  return Listing{*std::move(trace), std::move(lacks), plan->warnings};
}

SceneWarnings list_warnings(const Listing& found) {
  return {{}, found.lacks.damaged, found.lacks.left_out, found.lacks.missing};
}

ExitStatus run_list(const ListOptions& options) {
  ExitStatus status = ExitStatus::done;
  for (const std::string& file : options.files) {
    const result<Listing> found = look(file, options);
    if (!found) {
      status = fail(found.error());
      if (options.json) print_json(failure_of(file, found.error()));
      continue;
    }
    if (options.json || options.tree) {
      for (const trace::Problem& problem : found->lacks.damaged)
        warn(problem.message);
    }
    for (const std::string& warning : found->warnings)
      warn(warning);
    const bool is_refused = options.strict && !found->lacks.is_none();
    if (options.json) {
      print_trace_json(*found, is_refused ? strict_reason(list_warnings(*found)) : "");
    } else if (options.tree) {
      print_tree(*found);
    } else {
      print_by_kind(*found);
    }
    if (is_refused && status == ExitStatus::done) status = ExitStatus::incomplete;
  }
  return status;
}

}  // namespace

Command add_list(CLI::App& app) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* const command =
      app.add_subcommand("list", "Lists the files that a .blend needs to render.");
  command->add_option("FILE", options->files, "The .blend files to read.")
      ->required()
      ->check(not_empty_operand());
  command->add_flag("--json", options->json,
                    "Print one JSON object per .blend, each on its own line.");
  command->add_flag("--tree", options->tree,
                    "Group the files by the .blend and the data-block that use them.");
  command->add_flag("--all", options->all,
                    "Include everything in linked libraries, not only what is linked from them.");
  add_project_options(*command, options->plan.project, options->plan.allow_outside);
  add_exclude_option(*command, options->plan.exclude);
  command->add_flag(
      "--strict", options->strict,
      "Exit with status 3 if a file is missing, damaged, would be left out as private, or is named "
      "by an absolute path that cannot be rewritten (USD, OSL).");
  return {command, [command, options] {
            const auto fits = refuse_without_effect(
                *command, {"--json", "which prints every dependency"}, {"--tree"});
            if (!fits) return fail(fits.error());
            add_configured(options->plan);
            return run_list(*options);
          }};
}

}  // namespace shaman::tools
