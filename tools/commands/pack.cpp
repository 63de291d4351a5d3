// SPDX-License-Identifier: GPL-3.0-or-later
// shaman pack: a folder or archive that is self-contained.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/pack/shortfall.hpp"
#include "shaman/pack/write.hpp"
#include "shaman/text.hpp"
#include "shaman/trace/trace.hpp"
#include "shaman/units.hpp"

#include "commands.hpp"
#include "options/file_options.hpp"
#include "options/value_checks.hpp"
#include "report/interruption.hpp"
#include "report/scene_warnings.hpp"
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

SceneWarnings pack_warnings(const pack::Shortfall& lacks, const pack::Plan& plan) {
  std::vector<std::string> warnings = plan.warnings;
  warnings.insert(warnings.end(), plan.name_warnings.begin(), plan.name_warnings.end());
  return {std::move(warnings), lacks.damaged, lacks.left_out, lacks.missing};
}

// The files to write, their sources on this machine, and the changes of their paths.
std::string preview(const pack::Plan& plan) {
  std::string out;
  std::uint64_t bytes = 0;
  for (const pack::PlannedFile& file : plan.files) {
    if (const result<os::FileInfo> info = os::info(file.source)) bytes += info->size;
    out += text::printable(file.place) + "\n    from " + text::printable(file.source) + "\n";
    for (const pack::Patch& patch : file.patches)
      out += "    in it, the path " + text::in_quotes(patch.expected) + " would become " +
             (patch.text.empty() ? "empty" : text::in_quotes(patch.text)) + "\n";
  }
  return out + "Would pack " + text::count_of(plan.files.size(), "file", "files") + ", " +
         units::size_text(bytes) + ".\n";
}

ExitStatus fail_for_missing(std::string_view sentence) {
  say(sentence);
  return ExitStatus::incomplete;
}

// Problems that only reading has shown; the others were reported before.
void tell_unreadable(const pack::WriteReport& report, trace::Trace trace) {
  if (report.unreadable.empty()) return;
  trace.unreadable.clear();
  trace::set_aside(trace, report.unreadable);
  std::vector<trace::MissingFile> missing = trace.missing_files();
  std::erase_if(missing, [](const trace::MissingFile& file) { return file.reason.empty(); });
  tell(warnings_text({{}, {}, {}, std::move(missing)}, kAllLines));
}

// The remains of a pack that was interrupted while writing.
std::string left_by(const std::string& target) {
  const std::string where = text::in_quotes(os::absolute(target));
  return "the unfinished pack " + where +
         " may be left, and files whose names begin with .shaman- in or next to it: remove them";
}

result<ExitStatus> write_it(const PackCommandOptions& options, const trace::Trace& trace,
                            const pack::Plan& plan) {
  pack::WriteOptions how = options.write;
  const bool show = !options.quiet && os::stderr_can_redraw();
  how.stop = finish_on_interrupt(left_by(options.target));
  std::string line;
  how.progress = [&](std::size_t files) {
    line = std::to_string(files) + " of " + std::to_string(plan.files.size());
    if (show) tell("\r" + line);
  };
  const result<pack::WriteReport> report = pack::write_pack(plan, options.target, how);
  if (show) tell("\r" + std::string(line.size(), ' ') + "\r");
  if (!report && report.error().code == errc::cancelled)
    return Error{errc::cancelled, report.error().message() + "; the unfinished pack was removed"};
  if (!report) return report.error();
  tell_unreadable(*report, trace);
  remember_deed("the pack " + text::in_quotes(options.target) + " was made");
  if (!options.quiet)
    print("Packed " + text::count_of(report->files, "file", "files") + ", " +
          units::size_text(report->bytes) + ", into " + text::printable(options.target) +
          "\nOpen first: " + text::printable(plan.blendfile_place) + "\n");
  if (options.strict && !report->unreadable.empty())
    return fail_for_missing("the pack is incomplete (--strict)");
  return ExitStatus::done;
}

std::string outside_text(const pack::Plan& plan, Mood mood) {
  const auto outside = std::ranges::count_if(plan.files, &pack::PlannedFile::outside);
  if (outside == 0) return {};
  std::string out =
      "shaman: " + text::count_of(static_cast<std::uint64_t>(outside), "file", "files") +
      " from outside the project " + (mood == Mood::is ? "will" : "would") +
      " be in _outside_project\n";
  if (!plan.project_hint.empty()) out += "shaman: " + plan.project_hint + "\n";
  return out;
}

ExitStatus run_pack(const PackCommandOptions& options) {
  if (options.target.empty() && !options.dry_run)
    return fail(
        {errc::invalid_argument, "no target given: name a folder or a .zip, or use --dry-run"});
  if (!options.target.empty()) {
    if (const auto fits = pack::check_target_name(options.target); !fits) return fail(fits.error());
  }
  const result<trace::Trace> trace = [&] {
    const Waiting waiting(text::printable(options.blendfile), "reading");
    return trace::trace(options.blendfile);
  }();
  if (!trace) return fail(trace.error());
  const result<pack::Plan> plan = pack::make_plan(*trace, options.plan);
  if (!plan) return fail(plan.error());
  const pack::Shortfall lacks = pack::shortfall_of(*trace, *plan, options.plan);
  const Mood mood = options.dry_run ? Mood::would_be : Mood::is;
  const SceneWarnings scene_warnings = pack_warnings(lacks, *plan);
  tell(warnings_text(scene_warnings, kAllLines, mood));
  if (!options.quiet) tell(outside_text(*plan, mood));
  if (options.strict && !lacks.is_none())
    return fail_for_missing(strict_sentence(
        options.dry_run ? "nothing would be packed" : "nothing was packed", scene_warnings));
  if (options.dry_run) {
    if (!options.quiet) print(preview(*plan));
    return ExitStatus::done;
  }
  const result<ExitStatus> done = write_it(options, *trace, *plan);
  return done ? *done : fail(done.error());
}

}  // namespace

Command add_pack(CLI::App& app) {
  const auto options = std::make_shared<PackCommandOptions>();
  CLI::App* const command = app.add_subcommand(
      "pack", "Copies a .blend and the files it needs into a folder or a ZIP archive.");
  command->add_option("FILE", options->blendfile, "The .blend file.")
      ->required()
      ->check(not_empty_operand());
  command
      ->add_option("TARGET", options->target,
                   "An empty folder or a name that ends with .zip; created if it does not exist.")
      ->check(not_empty_operand());
  add_project_options(*command, options->plan.project, options->plan.allow_outside);
  add_exclude_option(*command, options->plan.exclude);
  add_include_option(*command, options->plan.include);
  command->add_flag("--relative-only", options->plan.relative_only,
                    "Pack only files with a relative path (//) in the .blend.");
  command->add_flag("--compress", options->write.compress,
                    "Compress .blend files with zstd, as Blender 3.0 and later do.");
  command->add_flag("--force", options->write.force,
                    "Write into a folder that is not empty, or replace an archive.");
  command->add_flag("--dry-run", options->dry_run,
                    "Show what would be packed and which paths would change; write nothing.");
  command->add_flag("--strict", options->strict,
                    "If a file is missing, damaged, was left out as private, or is named by an "
                    "absolute path that cannot be rewritten (USD, OSL), pack nothing and exit with "
                    "status 3.");
  command->add_flag("--quiet,-q", options->quiet, "Show no progress and no summary.");
  return {command, [options] {
            add_configured(options->plan);
            return run_pack(*options);
          }};
}

}  // namespace shaman::tools
