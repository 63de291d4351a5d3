// SPDX-License-Identifier: GPL-3.0-or-later
// shaman pack: a folder or archive that is complete by itself.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/pack/write.hpp"
#include "shaman/text.hpp"
#include "shaman/trace/trace.hpp"

#include "commands.hpp"
#include "complaints.hpp"

namespace shaman::tools {
namespace {

struct Options {
  std::string blendfile;
  std::string target;
  pack::PlanOptions plan;
  pack::WriteOptions write;
  bool dry_run = false;
  bool strict = false;
  bool quiet = false;
};

void write(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

Complaints complaints_of(const trace::Trace& trace, const pack::Plan& plan) {
  std::vector<std::string> warnings = plan.warnings;
  warnings.insert(warnings.end(), plan.name_warnings.begin(), plan.name_warnings.end());
  return {std::move(warnings), trace.problems, plan.suspicious, trace.missing_files()};
}

// What would be written, with what stands for it here, and how its paths change.
std::string preview(const pack::Plan& plan) {
  std::string out;
  std::uint64_t bytes = 0;
  for (const pack::PlannedFile& file : plan.files) {
    if (const result<os::FileInfo> info = os::info(file.source)) bytes += info->size;
    out += text::printable(file.place) + "\n    from " + text::printable(file.source) + "\n";
    for (const pack::Patch& patch : file.patches)
      out += "    path \"" + text::printable(patch.expected) + "\" becomes \"" +
             text::printable(patch.text) + "\"\n";
  }
  return out + "Would pack " + text::count_of(plan.files.size(), "file", "files") + ", " +
         text::human_bytes(bytes) + ".\n";
}

result<ExitStatus> write_it(const Options& options, const pack::Plan& plan) {
  pack::WriteOptions how = options.write;
  const bool show = !options.quiet && os::stderr_is_terminal();
  if (show)
    how.progress = [&](std::size_t files) {
      write(stderr, "\r" + std::to_string(files) + " of " + std::to_string(plan.files.size()));
      return true;
    };
  const result<pack::WriteReport> report = pack::write_pack(plan, options.target, how);
  if (show) write(stderr, "\r\033[K");
  if (!report) return report.error();
  if (!options.quiet)
    write(stdout, "Packed " + text::count_of(report->files, "file", "files") + ", " +
                      text::human_bytes(report->bytes) + ", into " +
                      text::printable(options.target) +
                      "\nOpen first: " + text::printable(plan.blendfile_place) + "\n");
  return ExitStatus::done;
}

ExitStatus run(const Options& options) {
  if (options.target.empty() && !options.dry_run)
    return fail({errc::malformed_request, "say where to: a TARGET folder or .zip, or --dry-run"});
  const result<trace::Trace> trace = trace::trace(options.blendfile);
  if (!trace) return fail(trace.error());
  const result<pack::Plan> plan = pack::make_plan(*trace, options.plan);
  if (!plan) return fail(plan.error());
  write(stderr, complaints_text(complaints_of(*trace, *plan), kAllLines));
  if (options.strict && !trace->missing().empty()) {
    write(stderr, "shaman: nothing was packed, because of --strict\n");
    return ExitStatus::files_missing;
  }
  if (options.dry_run) {
    write(stdout, preview(*plan));
    return ExitStatus::done;
  }
  const result<ExitStatus> done = write_it(options, *plan);
  return done ? *done : fail(done.error());
}

void add_globs(CLI::App& command, const std::string& name, std::vector<std::string>& globs,
               const std::string& help) {
  command.add_option(name, globs, help)->type_name("GLOB")->expected(1)->take_all();
}

}  // namespace

Command add_pack(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "pack", "Put a .blend and all that it needs into a folder or ZIP archive.");
  command->add_option("FILE", options->blendfile, "The .blend file")->required();
  command->add_option("TARGET", options->target,
                      "An empty folder, or a name that ends with .zip; made if it is not there");
  command
      ->add_option("--project", options->plan.project,
                   "The project's folder; what lies in it keeps its place. Without it, the .blend "
                   "file's own folder")
      ->type_name("DIR");
  add_globs(*command, "--exclude", options->plan.exclude,
            "Leave out files that match this pattern (*, ?, **), and leave their paths as they "
            "are; may be repeated");
  add_globs(*command, "--allow-outside", options->plan.allow_outside,
            "Take files outside the project that match this pattern although they look private; "
            "may be repeated");
  command->add_flag("--relative-only", options->plan.relative_only,
                    "Pack only what is referred to by a relative path (//)");
  command->add_flag("--compress", options->write.compress,
                    "Compress .blend files with zstd, as Blender 3.0 and later do");
  command->add_flag("--force", options->write.force,
                    "Write into a folder that is not empty, or replace an archive");
  command->add_flag("--dry-run", options->dry_run, "Only say what would be packed, and how");
  command->add_flag("--strict", options->strict,
                    "Pack nothing when a file is missing, and exit with status 3");
  command->add_flag("--quiet,-q", options->quiet, "No progress and no summary");
  return {command, [options] { return run(*options); }};
}

}  // namespace shaman::tools
