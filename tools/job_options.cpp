// SPDX-License-Identifier: GPL-3.0-or-later
#include "job_options.hpp"

#include "shaman/text.hpp"

namespace shaman::tools {

void add_job_options(CLI::App& command, JobOptions& options) {
  CLI::Option* const type =
      command
          .add_option("--job-type", options.request.type,
                      "Then let the Manager render it: the name of a job type, such as "
                      "simple-blender-render. `shaman job types` tells which there are.")
          ->type_name("TYPE")
          ->group("The job");
  const auto of_job = [type](CLI::Option* option) { return option->needs(type)->group("The job"); };
  of_job(command.add_option("--frames", options.frames,
                            "Such as 1-250 or 1,5-10. Without it, the scene's range."))
      ->type_name("FRAMES");
  of_job(command.add_option("--chunk-size", options.chunk_size, "Frames in one task."))
      ->type_name("N");
  of_job(command.add_option("--setting", options.settings,
                            "Any setting of the job type. May be given several times."))
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  of_job(command.add_option("--priority", options.request.priority,
                            "From 0 to 100; the higher, the sooner. Without it 50."))
      ->type_name("N")
      ->check(CLI::Range(0, 100));
  of_job(command.add_option("--name", options.request.name,
                            "The job's name. Without it, the .blend file's."))
      ->type_name("NAME");
  of_job(command.add_option("--tag", options.request.tag,
                            "Only workers with this tag are to render it: its name or id."))
      ->type_name("TAG");
  of_job(command.add_flag("--paused", options.request.is_paused,
                          "Render nothing until the job is started by hand."));
  of_job(command.add_flag("--no-shaman", options.in_place,
                          "Send no file: workers open the .blend where it lies, on the storage "
                          "that they share with this machine. What lies elsewhere is listed."));
  of_job(command.add_flag("--wait", options.waits,
                          "Wait until the job has ended, and show how far it is. The exit status "
                          "is 5 if it failed, and 6 if it was canceled."));
}

result<manager::JobRequest> job_request(const JobOptions& options) {
  manager::JobRequest request = options.request;
  for (const std::string& entry : options.settings) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{errc::malformed_request,
                   "--setting " + text::in_quotes(entry) + " must be KEY=VALUE"};
    request.settings[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  if (!options.frames.empty()) request.settings["frames"] = options.frames;
  if (!options.chunk_size.empty()) request.settings["chunk_size"] = options.chunk_size;
  return request;
}

}  // namespace shaman::tools
