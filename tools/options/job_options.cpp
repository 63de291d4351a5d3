// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/job_options.hpp"

#include <map>
#include <utility>

#include "shaman/text.hpp"

#include "options/value_checks.hpp"

namespace shaman::tools {

namespace {

constexpr const char* kGroup = "Render job (with --job-type)";

}  // namespace

void add_job_options(CLI::App& command, JobOptions& options) {
  CLI::Option* const type =
      command
          .add_option("--job-type", options.request.type,
                      "Also create a render job of this type, such as simple-blender-render. "
                      "`shaman job types` lists the types.")
          ->type_name("TYPE")
          ->check(not_empty())
          ->group(kGroup);
  const auto of_job = [type](CLI::Option* option) { return option->needs(type)->group(kGroup); };
  of_job(command.add_option(
             "--frames", options.frames,
             "Frames to render, such as 1-250 or 1,5-10. Default: the range of the scene."))
      ->type_name("FRAMES")
      ->check(not_empty());
  of_job(command.add_option("--chunk-size", options.chunk_size, "Number of frames per task."))
      ->type_name("N")
      ->check(not_empty());
  CLI::Option* const setting =
      of_job(command.add_option("--setting", options.settings,
                                "Set any setting of the job type. Can be given several times."))
          ->type_name("KEY=VALUE");
  make_repeatable(*setting);
  of_job(command.add_option(
             "--priority", options.request.priority,
             "Priority from 0 to 100; jobs with a higher one are rendered first. Default: 50."))
      ->type_name("N")
      ->transform(whole_number(0, 100));
  of_job(command.add_option("--name", options.request.name,
                            "Name of the job. Default: the name of the .blend."))
      ->type_name("NAME")
      ->check(not_empty());
  of_job(command.add_option("--tag", options.request.tag,
                            "Use only workers with this tag (name or ID)."))
      ->type_name("TAG")
      ->check(not_empty());
  of_job(command.add_flag("--paused", options.request.is_paused,
                          "Create the job paused; it renders once you start it."));
  of_job(command.add_flag("--no-shaman", options.shared_storage,
                          "Send no files: workers open the .blend at its own path on the storage "
                          "that they share with this machine. Files elsewhere are listed."));
  of_job(command.add_flag("--wait", options.waits,
                          "Wait until the job ends, and show its progress. The exit status is 5 if "
                          "it failed and 6 if it was cancelled."));
}

namespace {

using Settings = std::map<std::string, std::string>;

result<void> add_setting(Settings& settings, const std::string& key, const std::string& value) {
  const auto [found, is_new] = settings.emplace(key, value);
  if (is_new || found->second == value) return {};
  return Error{errc::invalid_argument, "the setting " + text::in_quotes(key) +
                                           " is given twice, as " + text::in_quotes(found->second) +
                                           " and as " + text::in_quotes(value) + ": give it once"};
}

}  // namespace

result<manager::JobRequest> job_request(const JobOptions& options) {
  manager::JobRequest request = options.request;
  for (const std::string& entry : options.settings) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{errc::invalid_argument,
                   "--setting " + text::in_quotes(entry) + " must be KEY=VALUE"};
    auto added = add_setting(request.settings, entry.substr(0, equals), entry.substr(equals + 1));
    if (!added) return added.error();
  }
  for (const auto& [key, value] :
       {std::pair("frames", options.frames), std::pair("chunk_size", options.chunk_size)}) {
    if (value.empty()) continue;
    if (auto added = add_setting(request.settings, key, value); !added) return added.error();
  }
  return request;
}

}  // namespace shaman::tools
