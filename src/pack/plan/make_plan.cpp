// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/text.hpp"

#include "pack/plan/included.hpp"
#include "pack/plan/names.hpp"
#include "pack/plan/pack_paths.hpp"
#include "pack/plan/permission.hpp"
#include "pack/plan/plan_builder.hpp"
#include "pack/project/project.hpp"
#include "pack/project/project_hint.hpp"
#include "pack/project/selection.hpp"

namespace shaman::pack {
namespace {

void warn_about_new_names(const Plan& plan, Project& project, std::vector<std::string>& warnings) {
  for (const PlannedFile& file : plan.files) {
    const std::string name(os::file_name(file.source));
    const auto inside = file.outside ? std::nullopt : project.inside(file.source);
    const std::string& as_it_is = inside ? *inside : name;
    if (plain(as_it_is) == as_it_is) continue;
    warnings.push_back("the name of \"" + text::printable(file.source) +
                       "\" is not valid on every system: it becomes \"" +
                       text::printable(file.place) + "\"");
  }
}

std::string has_no_effect(const char* option, const std::string& pattern) {
  return std::string(option) + " " + text::in_quotes(pattern) +
         " has no effect: no file that the scene needs matches it";
}

// Patterns that match neither a file of the scene nor one that --include finds.
void warn_about_unused(const Selection& scene, const Included& included,
                       const Permission& permission, std::vector<std::string>& warnings) {
  const std::vector<std::string>& unused = included.unused_exclude;
  for (const std::string& pattern : scene.unused_exclude)
    if (std::ranges::find(unused, pattern) != unused.end())
      warnings.push_back(has_no_effect("--exclude", pattern));
  for (const std::string& pattern : permission.unused())
    warnings.push_back(has_no_effect("--allow-outside", pattern));
}

void warn_about_absolute_names(Plan& plan) {
  for (const trace::AbsoluteName& name : plan.absolute_names)
    plan.warnings.push_back(text::in_quotes(name.file) + " refers to " +
                            text::in_quotes(name.path) +
                            " by an absolute path, which shaman cannot rewrite: the file is not "
                            "included, and workers may not have it; make the path relative");
}

}  // namespace

result<Plan> make_plan(const trace::Trace& trace, const PlanOptions& options) {
  result<Project> project = Project::open(
      options.project.empty() ? std::string(os::parent(trace.blendfile)) : options.project);
  if (!project) return project.error();
  const std::optional<std::string> own_place = project->inside(trace.blendfile);
  if (!own_place)
    return Error{errc::invalid_argument,
                 "\"" + text::printable(trace.blendfile) + "\" is not in the project \"" +
                     text::printable(project->folder()) + "\"; name a folder that contains it"};

  const Ways ways(trace, *project);
  const std::string home = os::home_folder();
  Permission permission(options, bases_of_patterns(trace, project->folder()), *project);
  Selection selection = select(trace, options, permission, *project, ways, home);
  Plan plan;
  plan.project = project->folder();
  plan.blendfile_place = plain(*own_place);
  plan.suspicious = std::move(selection.suspicious);
  plan.warnings = std::move(selection.warnings);
  plan.absolute_names = std::move(selection.absolute_names);
  warn_about_absolute_names(plan);
  result<Included> included = find_included(trace, options, permission, *project);
  if (!included) return included.error();
  plan.missing = std::move(included->missing);
  std::ranges::move(included->suspicious, std::back_inserter(plan.suspicious));
  std::ranges::stable_sort(plan.suspicious, {}, &Suspicious::file);
  std::ranges::move(included->warnings, std::back_inserter(plan.warnings));
  warn_about_unused(selection, *included, permission, plan.warnings);
  std::ranges::move(included->references, std::back_inserter(selection.references));
  PlanBuilder builder(trace, selection, *project, ways, home);
  result<std::vector<PlannedFile>> files = builder.build(plan.warnings);
  if (!files) return files.error();
  plan.files = std::move(*files);
  warn_about_new_names(plan, *project, plan.warnings);
  plan.name_warnings = warnings_about_places(plan.files);
  if (options.project.empty())
    plan.project_hint =
        project_hint(plan, trace.blendfile, os::home_folder(), options.project_marks);
  return plan;
}

}  // namespace shaman::pack
