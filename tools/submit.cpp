// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shaman/client/interrupt.hpp"
#include "shaman/client/preview.hpp"
#include "shaman/client/progress_printer.hpp"
#include "shaman/client/submitter.hpp"
#include "shaman/os.hpp"

#include "commands.hpp"
#include "server_option.hpp"
#include "submit_preview.hpp"
#include "submit_report.hpp"

namespace shaman::tools {
namespace {

struct Options {
  client::SubmitOptions submit;
  std::string server;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
};

void write(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

ExitStatus fail_to_submit(const Error& error) {
  if (error.code == errc::cancelled)
    return fail({errc::cancelled,
                 "cancelled; no checkout was made. What was sent is kept by the server, and need "
                 "not be sent again"});
  if (error.code == errc::unreachable)
    return fail({errc::unreachable,
                 error.message() +
                     ". Is the server running, and is its address right? `shaman status` tells "
                     "whether it can be reached; what was sent so far need not be sent again"});
  return fail(error);
}

// Without a server it tells the rest.
ExitStatus preview(Options& options) {
  const bool ask_server = has_server(options.server);
  if (ask_server) {
    const result<client::BaseUrl> server = server_of(options.server);
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
  if (options.json) {
    write(stdout, preview_json(*preview) + "\n");
  } else {
    write(stdout, preview_text(*preview));
  }
  const bool is_incomplete = options.submit.strict && !preview->missing.empty();
  return is_incomplete ? ExitStatus::files_missing : ExitStatus::done;
}

ExitStatus run(Options& options) {
  options.submit.cache_folder = os::cache_folder();
  if (options.dry_run) return preview(options);
  const result<client::BaseUrl> server = server_of(options.server);
  if (!server) return fail(server.error());
  options.submit.server = *server;

  const client::InterruptWatch interrupt;
  client::Progress progress;
  std::optional<client::ProgressPrinter> printer;
  if (!options.quiet) printer.emplace(progress);
  const result<client::SubmitReport> report =
      client::submit(options.submit, progress, interrupt.token());
  printer.reset();
  if (!report) return fail_to_submit(report.error());

  // What is missing is told even when quiet: it decides whether the picture will be right.
  write(stderr, submit_complaints(*report));
  if (report->outcome == client::SubmitReport::Outcome::missing_under_strict) {
    write(stderr, "shaman: nothing was sent, because of --strict\n");
    return ExitStatus::files_missing;
  }
  if (options.json) {
    write(stdout, submit_json(*report) + "\n");
  } else if (!options.quiet) {
    write(stdout, submit_summary(*report));
  }
  return ExitStatus::done;
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
  command->add_flag("--strict", options->submit.strict,
                    "Send nothing when a file is missing, and exit with status 3.");
  command->add_flag("--rehash", options->submit.rehash,
                    "Read every file, whatever is remembered of earlier submissions.");
  command
      ->add_option("--jobs", options->submit.jobs,
                   "How many files are hashed at once, and how many sent. Without it, as many as "
                   "there are cores, and 32.")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  command->add_flag("--dry-run", options->dry_run,
                    "Send nothing: tell what would go, how much of it the server has, and what may "
                    "surprise.");
  command->add_flag("--json", options->json, "Print the result as one line of JSON.");
  command->add_flag("--quiet,-q", options->quiet, "No progress and no summary.");
  return {command, [options] { return run(*options); }};
}

}  // namespace shaman::tools
