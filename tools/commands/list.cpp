// SPDX-License-Identifier: GPL-3.0-or-later
// shaman list: what .blend files depend on.
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/pack/glob.hpp"
#include "shaman/text.hpp"
#include "shaman/trace/trace.hpp"

#include "commands.hpp"
#include "report/interruption.hpp"
#include "report/list_output.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

struct ListOptions {
  std::vector<std::string> files;
  std::vector<std::string> exclude;
  bool json = false;
  bool tree = false;
  bool all = false;
  bool strict = false;
};

// What is excluded is as if no reference led there; what an excluded library needs is kept.
void leave_out(trace::Trace& trace, const pack::Globs& excluded) {
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

ExitStatus run_list(const ListOptions& options) {
  const JsonOnInterrupt interruption(options.json);
  const pack::Globs excluded(options.exclude);
  ExitStatus status = ExitStatus::done;
  for (const std::string& file : options.files) {
    trace::TraceOptions how;
    how.whole_libraries = options.all;
    result<trace::Trace> found = [&] {
      const Waiting waiting(text::printable(file), "reading");
      return trace::trace(file, how);
    }();
    if (!found) {
      status = fail(found.error());
      if (options.json) print_json(failure_of(file, found.error()));
      continue;
    }
    leave_out(*found, excluded);
    for (const trace::Problem& problem : found->problems)
      warn(problem.message);
    const bool lacks_files = options.strict && !found->missing().empty();
    if (options.json) {
      print_trace_json(*found, lacks_files ? "files are missing (--strict)" : "");
    } else if (options.tree) {
      print_tree(*found);
    } else {
      print_by_kind(*found);
    }
    if (lacks_files && status == ExitStatus::done) status = ExitStatus::files_missing;
  }
  return status;
}

}  // namespace

Command add_list(CLI::App& app) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* const command =
      app.add_subcommand("list", "Lists the files that a .blend needs to render.");
  command->add_option("FILE", options->files, "The .blend files to read.")->required();
  command->add_flag("--json", options->json,
                    "Print one JSON object per .blend, each on its own line.");
  command->add_flag("--tree", options->tree,
                    "Group the files by the .blend and the data-block that use them.");
  command->add_flag("--all", options->all,
                    "Include everything in linked libraries, not only what is linked from them.");
  command
      ->add_option(
          "--exclude", options->exclude,
          "Leave out files that match this pattern (*, ?, **). Can be given several times.")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command->add_flag("--strict", options->strict, "Exit with status 3 if files are missing.");
  return {command, [options] { return run_list(*options); }};
}

}  // namespace shaman::tools
