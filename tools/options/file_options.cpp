// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/file_options.hpp"

#include "options/configuration.hpp"
#include "options/value_checks.hpp"

namespace shaman::tools {
namespace {

void add_patterns(CLI::App& options, const std::string& name, const std::string& type,
                  std::vector<std::string>& patterns, const std::string& help) {
  CLI::Option* const option = options.add_option(name, patterns, help);
  option->type_name(type)->check(not_empty());
  make_repeatable(*option);
}

}  // namespace

void add_project_options(CLI::App& options, std::string& project,
                         std::vector<std::string>& allow_outside) {
  options
      .add_option("--project", project,
                  "The project folder; files in it keep their places. Default: the folder of the "
                  ".blend.")
      ->type_name("DIR")
      ->check(not_empty());
  add_patterns(options, "--allow-outside", "GLOB", allow_outside,
               "Include files outside the project that match this pattern (*, ?, **) although they "
               "look private. Can be given several times.");
}

void add_exclude_option(CLI::App& options, std::vector<std::string>& exclude) {
  add_patterns(options, "--exclude", "GLOB", exclude,
               "Leave out files that match this pattern (*, ?, **); paths to them stay unchanged. "
               "Can be given several times.");
}

void add_configured(pack::PlanOptions& plan) {
  plan.private_files = configuration().private_files;
  plan.private_origin = configuration().origin("private").text;
  plan.project_marks = configuration().project_marks;
}

void add_include_option(CLI::App& options, std::vector<std::string>& include) {
  add_patterns(options, "--include", "GLOB|DIR", include,
               "Add files that the scene does not refer to, such as caches of add-ons or input of "
               "scripts: a file, a folder with its contents, or a quoted pattern for files of the "
               "project. Can be given several times.");
}

}  // namespace shaman::tools
