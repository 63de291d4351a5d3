// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/client/checkouts.hpp"
#include "shaman/client/preview.hpp"
#include "shaman/client/submitter.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "commands.hpp"
#include "options/configuration.hpp"
#include "options/file_options.hpp"
#include "options/job_options.hpp"
#include "options/server_option.hpp"
#include "options/value_checks.hpp"
#include "options/without_effect.hpp"
#include "report/interruption.hpp"
#include "report/job_watch.hpp"
#include "report/scene_warnings.hpp"
#include "report/shared_storage.hpp"
#include "report/submit_preview.hpp"
#include "report/submit_report.hpp"
#include "report/waiting.hpp"
#include "submit/progress_printer.hpp"

namespace shaman::tools {
namespace {

using nlohmann::json;

struct SubmitCommandOptions {
  client::SubmitOptions submit;
  JobOptions job;
  ServerOption server;
  std::optional<std::uint64_t> limit_rate;  ///< 0: none, even if one is configured
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
};

std::string why_not_submitted(const Error& error, bool has_met_server) {
  if (error.code != errc::unreachable) return error.message();
  if (has_met_server)
    return gone_away(error, "the server").message() + ". Submit again when it is back";
  return with_hint(error).message();
}

ExitStatus fail_to_submit(const Error& error, const client::SubmitReport& so_far) {
  const bool has_sent = so_far.uploaded_files > 0;
  if (error.code == errc::cancelled)
    return fail({errc::cancelled,
                 has_sent ? "cancelled; no checkout was made. The server keeps the files that were "
                            "sent, so they need not be sent again"
                          : "cancelled; no checkout was made"});
  std::string message = why_not_submitted(error, so_far.has_met_server);
  if (has_sent) message += "; files that were sent need not be sent again";
  return fail({error.code, message});
}

ExitStatus fail_to_preview(const Error& error) {
  if (error.code != errc::cancelled) return fail(error);
  return fail({errc::cancelled, "cancelled; nothing was sent"});
}

// The known part of a failed submission.
void print_failure(const SubmitCommandOptions& options, std::string_view message,
                   const client::SubmitReport& so_far) {
  if (!options.json) return;
  json line = submit_json(so_far, nullptr);
  line["error"] = message;
  print_json(line);
}

// The workers' path of a checkout's .blend.
std::string job_blendfile(const std::string& checkout, const std::string& place) {
  return "{jobs}/" + checkout + "/" + place;
}

// `job` is the job that would be made; null: none.
json preview_line(const client::Preview& preview, const manager::Submission* job) {
  if (preview.blendfile_place.empty()) return failure_json("");
  json line = preview_json(preview);
  if (job == nullptr) return line;
  const auto planned = job->planned(job_blendfile(preview.checkout_path, preview.blendfile_place));
  if (planned) line["job"] = *planned;
  return line;
}

struct PreviewEnd {
  ExitStatus status = ExitStatus::done;
  std::string error;
};

// In the order in which a submission would meet the obstacles.
PreviewEnd end_preview(const SubmitCommandOptions& options, const result<void>& done,
                       const client::Preview& preview) {
  if (!done) return {fail_to_preview(done.error()), last_failure()};
  if (options.submit.strict && !preview.is_whole) {
    std::string why = strict_sentence("nothing would be sent", warnings_of(preview));
    say(why);
    return {ExitStatus::incomplete, std::move(why)};
  }
  if (!preview.refusal) return {};
  const Error refusal{preview.refusal->code,
                      "a submission would fail: " + preview.refusal->message()};
  return {fail(refusal), last_failure()};
}

// Without a server, shows the rest.
ExitStatus preview(const SubmitCommandOptions& options, const manager::Submission* job,
                   const std::stop_token& stop) {
  const bool ask_server = has_server(options.server);
  client::SubmitOptions how = options.submit;
  client::Progress progress;
  if (ask_server) {
    const result<client::Server> server = server_of(options.server);
    if (!server) return fail(server.error());
    how.server = *server;
    progress.server = server->url.text();
  }
  std::optional<client::ProgressPrinter> printer;
  if (!options.quiet) printer.emplace(progress);
  client::Preview preview;
  const result<void> done = client::preview(how, ask_server, progress, stop, preview);
  printer.reset();
  if (done && !options.json)
    print(options.quiet ? preview_warnings(preview)
                        : preview_text(preview, job == nullptr ? "" : job->summary()));
  const PreviewEnd end = end_preview(options, done, preview);
  if (!options.json) return end.status;
  json line = preview_line(preview, job);
  if (end.status != ExitStatus::done) line["error"] = end.error;
  print_json(line);
  return end.status;
}

// Sends the files to the server; without a report, the command ends.
struct Sent {
  std::optional<client::SubmitReport> report;
  ExitStatus status = ExitStatus::done;
};

Sent send(const SubmitCommandOptions& options, const std::stop_token& stop) {
  client::Progress progress;
  progress.server = options.submit.server.url.text();
  std::optional<client::ProgressPrinter> printer;
  if (!options.quiet) printer.emplace(progress);
  client::SubmitReport so_far;
  client::SubmitOptions how = options.submit;
  how.on_known = [&so_far](const client::SubmitReport& known) { so_far = known; };
  result<client::SubmitReport> report = client::submit(how, progress, stop);
  printer.reset();
  if (!report) {
    const ExitStatus status = fail_to_submit(report.error(), so_far);
    print_failure(options, last_failure(), so_far);
    return {std::nullopt, status};
  }

  // Missing files are reported even with --quiet: they decide whether the picture will be right.
  tell(submit_warnings(*report));
  if (report->outcome == client::SubmitReport::Outcome::submitted) {
    remember_deed("the checkout " + text::in_quotes(report->checkout_path) +
                  (report->is_reused ? " is unchanged" : " was made"));
    return {*std::move(report)};
  }
  const std::string why = strict_sentence("nothing was sent", warnings_of(*report));
  say(why);
  print_failure(options, why, *report);
  return {std::nullopt, ExitStatus::incomplete};
}

ExitStatus send_only(const SubmitCommandOptions& options, const std::stop_token& stop) {
  const Sent sent = send(options, stop);
  if (!sent.report) return sent.status;
  if (options.json)
    print_json(submit_json(*sent.report, nullptr));
  else if (!options.quiet)
    print(submit_summary(*sent.report));
  return ExitStatus::done;
}

// The checkout or job that was made, and, with --wait, how it ended. `line` is for --json: the last
// output.
ExitStatus follow(manager::Manager& manager, const manager::Job& job,
                  const SubmitCommandOptions& options, const std::stop_token& stop, json line) {
  // A script that wants no summary still needs the job's id.
  if (!options.json) print(options.quiet ? text::printable(job.id) + "\n" : job_summary(job));
  if (!options.job.waits) {
    if (options.json) print_json(line);
    return ExitStatus::done;
  }
  if (options.json && !options.quiet) tell(job_summary(job));
  const JobEnd end =
      watch_job(manager, job.id, {options.json ? stderr : stdout, options.quiet}, stop);
  add_job_end(line, end);
  if (options.json) print_json(line);
  return end.status;
}

// `line` has the known members for --json.
ExitStatus stop_with(const SubmitCommandOptions& options, ExitStatus status, std::string_view error,
                     json line) {
  line["error"] = error;
  if (options.json) print_json(line);
  return status;
}

result<manager::Job> make_job(manager::Manager& manager, manager::Submission& submission,
                              const std::string& blendfile, const std::string& checkout) {
  const Waiting waiting(manager.url().text());
  result<manager::Job> job = submission.submit(blendfile, checkout);
  if (!job) return gone_away(job.error(), "the Manager");
  remember_deed("the job " + text::in_quotes(job->name) + " (" + text::printable(job->id) +
                ") was made");
  return job;
}

ExitStatus render_from_shared_storage(const SubmitCommandOptions& options,
                                      manager::Manager& manager, manager::Submission& submission,
                                      const std::stop_token& stop) {
  static constexpr const char* kStrict =
      "no job was made, because files are missing, damaged or not on the shared storage (--strict)";
  const auto place = [&] {
    const Waiting waiting(manager.url().text());
    return find_on_shared_storage(manager, options.submit.blendfile);
  }();
  if (!place) return fail(place.error());
  for (const std::string& file : place->outside)
    warn("workers may not see " + text::printable(file) + ": it is not below " +
         text::printable(place->storage));
  const auto missing = place->trace.missing_files();
  tell(warnings_text({{}, place->trace.problems, {}, missing}, kMostLinesOfFiles));
  const bool is_whole = missing.empty() && place->outside.empty() && place->trace.problems.empty();
  if (options.submit.strict && !is_whole) {
    say(kStrict);
    return stop_with(options, ExitStatus::incomplete, kStrict, in_place_json(*place, nullptr));
  }
  const auto job = make_job(manager, submission, place->blendfile, "");
  if (!job) {
    const ExitStatus status = fail(job.error());
    return stop_with(options, status, last_failure(), in_place_json(*place, nullptr));
  }
  return follow(manager, *job, options, stop, in_place_json(*place, &*job));
}

ExitStatus fail_to_make_job(const Error& error, const std::string& checkout) {
  return fail({error.code, error.message() + "; the checkout " + text::printable(checkout) +
                               " was made, and no file needs to be sent again"});
}

ExitStatus send_and_render(const SubmitCommandOptions& options, manager::Manager& manager,
                           manager::Submission& submission, const std::stop_token& stop) {
  const Sent sent = send(options, stop);
  if (!sent.report) return sent.status;
  const std::string& checkout = sent.report->checkout_path;
  if (!options.json && !options.quiet) print(submit_summary(*sent.report));
  const auto job = make_job(manager, submission,
                            job_blendfile(checkout, sent.report->blendfile_place), checkout);
  if (!job) {
    const ExitStatus status = fail_to_make_job(job.error(), checkout);
    return stop_with(options, status, last_failure(), submit_json(*sent.report, nullptr));
  }
  return follow(manager, *job, options, stop, submit_json(*sent.report, &*job));
}

ExitStatus fail_before_sending(const Error& error) {
  // Not for errors of the job itself, where it is obvious.
  const bool is_about_job = error.code == errc::invalid_argument;
  if (is_about_job || error.code == errc::cancelled) return fail(error);
  return fail({error.code, with_hint(error).message() + "; nothing was sent"});
}

// Errors of the job are reported before the first file is sent.
ExitStatus submit_job(const SubmitCommandOptions& options, const std::stop_token& stop) {
  auto request = job_request(options.job);
  if (!request) return fail(request.error());
  manager::Manager manager(options.submit.server, stop);
  manager::Submission submission(manager, *std::move(request), options.submit.blendfile);
  const auto prepared = [&] {
    const Waiting waiting(manager.url().text());
    return submission.prepare();
  }();
  if (!prepared) return fail_before_sending(prepared.error());
  for (const std::string& warning : submission.warnings())
    warn(warning);
  if (options.dry_run) return preview(options, &submission, stop);
  return options.job.shared_storage ? render_from_shared_storage(options, manager, submission, stop)
                                    : send_and_render(options, manager, submission, stop);
}

ExitStatus run_submit(SubmitCommandOptions& options) {
  options.submit.cache_folder = os::cache_folder();
  add_configured(options.submit.plan);
  options.submit.limit_rate = options.limit_rate.value_or(configuration().limit_rate);
  if (!options.submit.checkout_path.empty()) {
    result<std::string> path = client::checked_checkout_path(options.submit.checkout_path);
    if (!path) return fail(path.error());
    options.submit.checkout_path = std::move(*path);
  }
  const std::stop_token stop = finish_on_interrupt(
      options.dry_run ? "nothing was sent"
                      : "a checkout or job that the server was making may exist: see `shaman "
                        "checkout list` and `shaman job list`");
  const bool makes_job = !options.job.request.type.empty();
  if (options.dry_run && !makes_job) return preview(options, nullptr, stop);
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  options.submit.server = *server;
  // Each job has its own checkout, which is erased with it.
  options.submit.may_reuse = !makes_job;
  return !makes_job ? send_only(options, stop) : submit_job(options, stop);
}

}  // namespace

Command add_submit(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "submit",
      "Sends a .blend and the files it needs to a server, which makes a checkout of them.");
  const auto options = std::make_shared<SubmitCommandOptions>();
  command->add_option("FILE", options->submit.blendfile, "The .blend file.")
      ->required()
      ->type_name("FILE.blend")
      ->check(not_empty_operand());
  add_server_option(*command, options->server);
  add_job_options(*command, options->job);
  add_project_options(*command, options->submit.plan.project, options->submit.plan.allow_outside);
  command
      ->add_option("--checkout-path", options->submit.checkout_path,
                   "Path of the checkout on the server, which makes it unique. Default: the names "
                   "of the project folder and the .blend, such as film/shot1.")
      ->type_name("PATH")
      ->check(not_empty());
  add_exclude_option(*command, options->submit.plan.exclude);
  add_include_option(*command, options->submit.plan.include);
  command->add_flag(
      "--strict", options->submit.strict,
      "If a file is missing, damaged, cannot be read, was left out as private, or is named by an "
      "absolute path that cannot be rewritten (USD, OSL), send nothing and exit with status 3.");
  command->add_flag("--rehash", options->submit.rehash,
                    "Read every file again, even if it has not changed since the last submission.");
  command
      ->add_option("--jobs", options->submit.jobs,
                   "Number of files to hash and to send in parallel, 1 to 256. Default: one per "
                   "core for hashing, 32 for sending.")
      ->type_name("N")
      ->transform(whole_number(1, 256));
  command
      ->add_option("--limit-rate", options->limit_rate,
                   "Limit the upload rate in bytes per second, such as 10M; 0: no limit.")
      ->type_name("RATE")
      ->transform(byte_rate());
  command->add_flag("--dry-run", options->dry_run,
                    "Send nothing; show what would be uploaded, and anything unexpected.");
  command->add_flag("--json", options->json, "Print the result as one line of JSON.");
  command->add_flag("--quiet,-q", options->quiet, "Show no progress and no summary.");
  return {command, [command, options] {
            const auto fits = refuse_without_effect(
                *command, {"--no-shaman", "which sends no files"},
                {"--checkout-path", "--exclude", "--include", "--allow-outside", "--dry-run"});
            return fits ? run_submit(*options) : fail(fits.error());
          }};
}

}  // namespace shaman::tools
