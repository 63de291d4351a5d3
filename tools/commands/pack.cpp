// SPDX-License-Identifier: GPL-3.0-or-later
// shaman pack: a folder or archive that is complete by itself.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/client/interrupt.hpp"
#include "shaman/os.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/pack/write.hpp"
#include "shaman/text.hpp"
#include "shaman/trace/trace.hpp"
#include "shaman/units.hpp"

#include "commands.hpp"
#include "options/file_options.hpp"
#include "report/complaints.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

struct PackCommandOptions {
  std::string blendfile;
  std::string target;
  pack::PlanOptions plan;
  pack::WriteOptions write;
  bool dry_run = false;
  bool strict = false;
  bool quiet = false;
};

Complaints complaints_of(const trace::Trace& trace, const pack::Plan& plan) {
  std::vector<std::string> warnings = plan.warnings;
  warnings.insert(warnings.end(), plan.name_warnings.begin(), plan.name_warnings.end());
  std::vector<trace::MissingFile> missing = trace.missing_files();
  missing.insert(missing.end(), plan.missing.begin(), plan.missing.end());
  std::ranges::stable_sort(missing, {}, &trace::MissingFile::path);
  return {std::move(warnings), trace.problems, plan.suspicious, std::move(missing)};
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
         units::size_text(bytes) + ".\n";
}

ExitStatus fail_for_missing(std::string_view sentence) {
  say(sentence);
  return ExitStatus::files_missing;
}

// What only reading has shown; the rest was told before.
void tell_unreadable(const pack::WriteReport& report, trace::Trace trace) {
  if (report.unreadable.empty()) return;
  trace.unreadable.clear();
  trace::set_aside(trace, report.unreadable);
  std::vector<trace::MissingFile> missing = trace.missing_files();
  std::erase_if(missing, [](const trace::MissingFile& file) { return file.reason.empty(); });
  tell(complaints_text({{}, {}, {}, std::move(missing)}, kAllLines));
}

result<ExitStatus> write_it(const PackCommandOptions& options, const trace::Trace& trace,
                            const pack::Plan& plan) {
  pack::WriteOptions how = options.write;
  const bool show = !options.quiet && os::stderr_can_redraw();
  const client::InterruptWatch interrupt;
  std::string line;
  how.progress = [&](std::size_t files) {
    line = std::to_string(files) + " of " + std::to_string(plan.files.size());
    if (show) tell("\r" + line);
    return !interrupt.token().stop_requested();
  };
  const result<pack::WriteReport> report = pack::write_pack(plan, options.target, how);
  if (show) tell("\r" + std::string(line.size(), ' ') + "\r");
  if (!report && report.error().code == errc::cancelled)
    return Error{errc::cancelled, "cancelled; the unfinished pack was removed"};
  if (!report) return report.error();
  tell_unreadable(*report, trace);
  if (!options.quiet)
    print("Packed " + text::count_of(report->files, "file", "files") + ", " +
          units::size_text(report->bytes) + ", into " + text::printable(options.target) +
          "\nOpen first: " + text::printable(plan.blendfile_place) + "\n");
  if (options.strict && !report->unreadable.empty())
    return fail_for_missing("the pack is incomplete (--strict)");
  return ExitStatus::done;
}

std::string outside_text(const pack::Plan& plan) {
  const auto outside = std::ranges::count_if(plan.files, &pack::PlannedFile::outside);
  if (outside == 0) return {};
  std::string out =
      "shaman: " + text::count_of(static_cast<std::uint64_t>(outside), "file", "files") +
      " from outside the project will be in _outside_project\n";
  if (!plan.project_hint.empty()) out += "shaman: " + plan.project_hint + "\n";
  return out;
}

ExitStatus run_pack(const PackCommandOptions& options) {
  if (options.target.empty() && !options.dry_run)
    return fail(
        {errc::malformed_request, "no target given: name a folder or a .zip, or use --dry-run"});
  const result<trace::Trace> trace = [&] {
    const Waiting waiting(text::printable(options.blendfile), "reading");
    return trace::trace(options.blendfile);
  }();
  if (!trace) return fail(trace.error());
  const result<pack::Plan> plan = pack::make_plan(*trace, options.plan);
  if (!plan) return fail(plan.error());
  const Complaints complaints = complaints_of(*trace, *plan);
  tell(complaints_text(complaints, kAllLines));
  if (!options.quiet) tell(outside_text(*plan));
  if (options.strict && (!complaints.missing.empty() || !complaints.left_out.empty()))
    return fail_for_missing(
        "nothing was packed, because files are missing or were left out (--strict)");
  if (options.dry_run) {
    print(preview(*plan));
    return ExitStatus::done;
  }
  const result<ExitStatus> done = write_it(options, *trace, *plan);
  return done ? *done : fail(done.error());
}

void add_globs(CLI::App& command, const std::string& name, std::vector<std::string>& globs,
               const std::string& help) {
  command.add_option(name, globs, help)->type_name("GLOB")->expected(1)->take_all();
}

}  // namespace

Command add_pack(CLI::App& app) {
  const auto options = std::make_shared<PackCommandOptions>();
  CLI::App* const command = app.add_subcommand(
      "pack", "Copies a .blend and the files it needs into a folder or a ZIP archive.");
  command->add_option("FILE", options->blendfile, "The .blend file.")->required();
  command->add_option(
      "TARGET", options->target,
      "An empty folder or a name that ends with .zip; created if it does not exist.");
  command
      ->add_option("--project", options->plan.project,
                   "The project folder; files in it keep their places. Default: the folder of the "
                   ".blend.")
      ->type_name("DIR");
  add_file_options(*command, options->plan.exclude, options->plan.include);
  add_globs(*command, "--allow-outside", options->plan.allow_outside,
            "Include files outside the project that match this pattern although they look "
            "private. Can be given several times.");
  command->add_flag("--relative-only", options->plan.relative_only,
                    "Pack only files with a relative path (//) in the .blend.");
  command->add_flag("--compress", options->write.compress,
                    "Compress .blend files with zstd, as Blender 3.0 and later do.");
  command->add_flag("--force", options->write.force,
                    "Write into a folder that is not empty, or replace an archive.");
  command->add_flag("--dry-run", options->dry_run,
                    "Show what would be packed and which paths would change; write nothing.");
  command->add_flag("--strict", options->strict,
                    "If a file is missing or was left out as private, pack nothing and exit with "
                    "status 3.");
  command->add_flag("--quiet,-q", options->quiet, "Show no progress and no summary.");
  return {command, [options] { return run_pack(*options); }};
}

}  // namespace shaman::tools
