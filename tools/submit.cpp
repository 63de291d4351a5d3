// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/client/interrupt.hpp"
#include "shaman/client/preview.hpp"
#include "shaman/client/progress_printer.hpp"
#include "shaman/client/submitter.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "complaints.hpp"
#include "file_options.hpp"
#include "in_place.hpp"
#include "job_options.hpp"
#include "job_watch.hpp"
#include "server_option.hpp"
#include "submit_preview.hpp"
#include "submit_report.hpp"
#include "waiting.hpp"

namespace shaman::tools {
namespace {

using nlohmann::json;

constexpr const char* kStrictSentence =
    "nothing was sent, because files are missing or were left out (--strict)";

struct Options {
  client::SubmitOptions submit;
  JobOptions job;
  ServerOption server;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
};

ExitStatus fail_to_submit(const Error& error) {
  if (error.code == errc::cancelled)
    return fail({errc::cancelled,
                 "cancelled; no checkout was made. What was sent is kept by the server, and need "
                 "not be sent again"});
  if (error.code == errc::unreachable)
    return fail(
        {errc::unreachable, with_hint(error).message() +
                                ". `shaman doctor` looks for why; what was sent so far need "
                                "not be sent again"});
  return fail(error);
}

// What is known of a submission that failed.
void print_failure(const Options& options, std::string_view message,
                   const client::SubmitReport& so_far) {
  if (!options.json) return;
  json line = submit_json(so_far, nullptr);
  line["error"] = message;
  print_json(line);
}

// Without a server it tells the rest.
ExitStatus preview(Options& options) {
  const bool ask_server = has_server(options.server);
  if (ask_server) {
    const result<client::Server> server = server_of(options.server);
    if (!server) return fail(server.error());
    options.submit.server = *server;
  }
  const client::InterruptWatch interrupt;
  client::Progress progress;
  std::optional<client::ProgressPrinter> printer;
  if (!options.quiet) printer.emplace(progress);
  const result<client::Preview> preview =
      client::preview(options.submit, ask_server, progress, interrupt.token());
  printer.reset();
  if (!preview) return fail(preview.error());
  const bool is_incomplete =
      options.submit.strict && (!preview->missing.empty() || !preview->suspicious.empty());
  if (options.json) {
    json line = preview_json(*preview);
    if (is_incomplete) line["error"] = kStrictSentence;
    print_json(line);
  } else {
    print(preview_text(*preview));
  }
  return is_incomplete ? ExitStatus::files_missing : ExitStatus::done;
}

// The files' way to the server; nothing is left to be done where there is no report.
struct Sent {
  std::optional<client::SubmitReport> report;
  ExitStatus status = ExitStatus::done;
};

Sent send(const Options& options, const client::InterruptWatch& interrupt) {
  client::Progress progress;
  std::optional<client::ProgressPrinter> printer;
  if (!options.quiet) printer.emplace(progress);
  client::SubmitReport so_far;
  client::SubmitOptions how = options.submit;
  how.on_traced = [&so_far](const client::SubmitReport& traced) { so_far = traced; };
  result<client::SubmitReport> report = client::submit(how, progress, interrupt.token());
  printer.reset();
  if (!report) {
    const ExitStatus status = fail_to_submit(report.error());
    print_failure(options, last_failure(), so_far);
    return {std::nullopt, status};
  }

  // What is missing is told even when quiet: it decides whether the picture will be right.
  tell(submit_complaints(*report));
  if (report->outcome == client::SubmitReport::Outcome::submitted) return {*std::move(report)};
  say(kStrictSentence);
  print_failure(options, kStrictSentence, *report);
  return {std::nullopt, ExitStatus::files_missing};
}

ExitStatus send_only(const Options& options) {
  const client::InterruptWatch interrupt;
  const Sent sent = send(options, interrupt);
  if (!sent.report) return sent.status;
  if (options.json)
    print_json(submit_json(*sent.report, nullptr));
  else if (!options.quiet)
    print(submit_summary(*sent.report));
  return ExitStatus::done;
}

// What was made, and how it ended where that is waited for.
ExitStatus follow(manager::Manager& manager, const manager::Job& job, const Options& options,
                  const client::InterruptWatch& interrupt) {
  if (!options.json && !options.quiet) print(job_summary(job));
  if (!options.job.waits) return ExitStatus::done;
  return watch_job(manager, job.id, options.json ? stderr : stdout, interrupt.token());
}

ExitStatus fail_for_missing(const InPlace& place, const std::vector<trace::MissingFile>& missing,
                            const Options& options) {
  static constexpr const char* kSentence = "no job was made, because of --strict";
  say(kSentence);
  if (!options.json) return ExitStatus::files_missing;
  json line{{"schema", 1}, {"blendfile", place.blendfile}, {"outside", place.outside}};
  line["error"] = kSentence;
  add_complaints(line, {{}, place.trace.problems, {}, missing});
  print_json(line);
  return ExitStatus::files_missing;
}

ExitStatus render_in_place(const Options& options, manager::Manager& manager,
                           manager::Submission& submission) {
  const client::InterruptWatch interrupt;
  const auto place = find_in_place(manager, options.submit.blendfile);
  if (!place) return fail(place.error());
  for (const std::string& file : place->outside)
    warn("workers may not see " + text::printable(file) + ": it is not below " +
         text::printable(place->storage));
  const auto missing = place->trace.missing_files();
  tell(complaints_text({{}, place->trace.problems, {}, missing}, kMostLinesOfFiles));
  if (options.submit.strict && (!missing.empty() || !place->outside.empty())) {
    return fail_for_missing(*place, missing, options);
  }
  const auto job = submission.submit(place->blendfile, "");
  if (!job) return fail(job.error());
  if (options.json) print_json(in_place_json(place->blendfile, place->outside, *job));
  return follow(manager, *job, options, interrupt);
}

ExitStatus fail_to_make_job(const Error& error, const std::string& checkout) {
  return fail({error.code, error.message() + "; the checkout " + text::printable(checkout) +
                               " was made, and nothing need be sent again"});
}

ExitStatus send_and_render(const Options& options, manager::Manager& manager,
                           manager::Submission& submission) {
  const client::InterruptWatch interrupt;
  const Sent sent = send(options, interrupt);
  if (!sent.report) return sent.status;
  const std::string& checkout = sent.report->checkout_path;
  if (!options.json && !options.quiet) print(submit_summary(*sent.report));
  const auto job =
      submission.submit("{jobs}/" + checkout + "/" + sent.report->blendfile_place, checkout);
  if (!job) {
    const ExitStatus status = fail_to_make_job(job.error(), checkout);
    print_failure(options, last_failure(), *sent.report);
    return status;
  }
  if (options.json) print_json(submit_json(*sent.report, &*job));
  return follow(manager, *job, options, interrupt);
}

// What is wrong with the job is told before the first file is sent.
ExitStatus make_job(Options& options) {
  auto request = job_request(options.job);
  if (!request) return fail(request.error());
  manager::Manager manager(options.submit.server);
  manager::Submission submission(manager, *std::move(request), options.submit.blendfile);
  const auto prepared = [&] {
    const Waiting waiting(manager.url().text());
    return submission.prepare();
  }();
  if (!prepared) return fail(with_hint(prepared.error()));
  for (const std::string& warning : submission.warnings())
    warn(warning);
  if (options.dry_run) return preview(options);
  return options.job.in_place ? render_in_place(options, manager, submission)
                              : send_and_render(options, manager, submission);
}

ExitStatus run(Options& options) {
  options.submit.cache_folder = os::cache_folder();
  const bool makes_job = !options.job.request.type.empty();
  if (options.dry_run && !makes_job) return preview(options);
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  options.submit.server = *server;
  // Each job has its own checkout, which ends with it.
  options.submit.may_reuse = !makes_job;
  return !makes_job ? send_only(options) : make_job(options);
}

}  // namespace

Command add_submit(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "submit", "Brings a .blend file and all that it needs to a server, as a checkout.");
  const auto options = std::make_shared<Options>();
  command->add_option("file", options->submit.blendfile, "The .blend file")
      ->required()
      ->type_name("FILE.blend");
  add_server_option(*command, options->server);
  add_job_options(*command, options->job);
  command
      ->add_option("--project", options->submit.project,
                   "The project's folder; what lies in it keeps its place. Without it, the .blend "
                   "file's own folder.")
      ->type_name("DIR");
  command
      ->add_option("--checkout-path", options->submit.checkout_path,
                   "Where the checkout is to lie on the server; made unique there. Without it, the "
                   "project folder's name and the .blend file's: film/shot1.")
      ->type_name("PATH");
  command
      ->add_option("--allow-outside", options->submit.allow_outside,
                   "Take files outside the project that match this pattern (*, ?, **) although "
                   "they look private. May be given several times.")
      ->type_name("PATTERN")
      ->expected(1)
      ->take_all();
  add_file_options(*command, options->submit.exclude, options->submit.include);
  command->add_flag("--strict", options->submit.strict,
                    "Send nothing when a file is missing or cannot be read, and exit with status "
                    "3.");
  command->add_flag("--rehash", options->submit.rehash,
                    "Read every file, whatever is remembered of earlier submissions.");
  command
      ->add_option("--jobs", options->submit.jobs,
                   "How many files are hashed at once, and how many sent. Without it, as many as "
                   "there are cores, and 32.")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--limit-rate", options->submit.limit_rate,
                   "Send at most so many bytes a second, such as 10M; for others on the same line.")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(true))
      ->check(CLI::Range(std::uint64_t{1024}, std::uint64_t{1} << 40));
  command->add_flag("--dry-run", options->dry_run,
                    "Send nothing: tell what would go, how much of it the server has, and what may "
                    "surprise.");
  command->add_flag("--json", options->json, "Print the result as one line of JSON.");
  command->add_flag("--quiet,-q", options->quiet, "No progress and no summary.");
  return {command, [options] { return run(*options); }};
}

}  // namespace shaman::tools
