// SPDX-License-Identifier: GPL-3.0-or-later
// shaman outputs: what was rendered from a checkout.
#include "shaman/client/outputs.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/client/checkouts.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "base/program/pause.hpp"
#include "commands.hpp"
#include "commands/pull.hpp"
#include "options/configuration.hpp"
#include "options/server_option.hpp"
#include "options/value_checks.hpp"
#include "protocol/checkout_path.hpp"
#include "pull/puller.hpp"
#include "report/interruption.hpp"
#include "report/waiting.hpp"
#include "submit/progress_printer.hpp"

namespace shaman::tools {
namespace {

using nlohmann::json;

// A renderer that writes nothing for so long has finished the frame.
constexpr std::chrono::seconds kSettled{2};
constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::seconds kBetweenPulls{2};

struct OutputsOptions {
  ServerOption server;
  client::PushOptions push;
  std::optional<std::uint64_t> limit_rate;
  std::string checkout;
  bool watch = false;
  bool json = false;
  bool quiet = false;
};

struct OutputsPullOptions {
  ServerOption server;
  pull::PullOptions pull;
  std::optional<std::uint64_t> limit_rate;
  bool watch = false;
  bool json = false;
  bool quiet = false;
};

struct Pushed {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t uploaded_files = 0;
  std::uint64_t uploaded_bytes = 0;
  std::vector<std::string> unfinished;

  void add(const client::PushReport& report) {
    files += report.files;
    bytes += report.bytes;
    uploaded_files += report.uploaded_files;
    uploaded_bytes += report.uploaded_bytes;
    unfinished = report.unfinished;
  }
};

class Push {
 public:
  Push(const OutputsOptions& options, client::PushOptions how)
      : options_(options), server_(how.server.url.text()), push_(std::move(how)) {}

  result<void> once(std::chrono::milliseconds settled_for, const std::stop_token& stop) {
    client::Progress progress;
    progress.server = server_;
    std::optional<client::ProgressPrinter> printer;
    if (!options_.quiet && !options_.watch) printer.emplace(progress);
    const auto report = push_.push(settled_for, progress, stop);
    if (!report) return report.error();
    pushed_.add(*report);
    if (options_.watch && !options_.quiet && report->files > 0)
      say("listed " + text::count_of(report->files, "file", "files") + ", " +
          units::size_text(report->bytes));
    return {};
  }

  // A server that is away, or a full disk, must not end a task's watch.
  void watch(const std::stop_token& stop) {
    do {
      const result<void> done = once(kSettled, stop);
      if (done || stop.stop_requested()) continue;
      if (done.error().message() != last_trouble_) warn(done.error().message());
      last_trouble_ = done.error().message();
    } while (pause_for(kBetweenLooks, stop));
  }

  [[nodiscard]] const Pushed& pushed() const noexcept { return pushed_; }

 private:
  const OutputsOptions& options_;
  const std::string server_;
  client::OutputsPush push_;
  Pushed pushed_;
  std::string last_trouble_;
};

void print_pushed(const OutputsOptions& options, const Pushed& pushed) {
  if (options.json)
    return print_json(json{{"schema", 1},
                           {"checkoutPath", options.push.checkout_path},
                           {"files", pushed.files},
                           {"bytes", pushed.bytes},
                           {"uploadedFiles", pushed.uploaded_files},
                           {"uploadedBytes", pushed.uploaded_bytes},
                           {"unfinished", pushed.unfinished}});
  for (const std::string& place : pushed.unfinished)
    warn(text::printable(place) + " is empty, or still being written: it was not sent");
  if (options.quiet) return;
  print("Listed " + text::count_of(pushed.files, "file", "files") + ", " +
        units::size_text(pushed.bytes) + ", as outputs of " +
        text::printable(options.push.checkout_path) +
        ". Sent: " + std::to_string(pushed.uploaded_files) + ", " +
        units::size_text(pushed.uploaded_bytes) + "\n");
}

ExitStatus run_push(const OutputsOptions& options) {
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  client::PushOptions how = options.push;
  how.server = *server;
  how.limit_rate = options.limit_rate.value_or(configuration().limit_rate);
  const std::stop_token stop =
      finish_on_interrupt("the files that were sent need not be sent again");
  Push push(options, std::move(how));
  if (options.watch) push.watch(stop);
  // After a watch: whatever was written last.
  const result<void> done = push.once({}, options.watch ? std::stop_token() : stop);
  if (!done) return fail(with_hint(done.error()));
  print_pushed(options, push.pushed());
  return ExitStatus::done;
}

ExitStatus run_list(const OutputsOptions& options) {
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  const Waiting waiting(server->url.text());
  const auto found = client::list_outputs(*server, options.checkout);
  if (!found) return fail(with_hint(found.error()));
  if (options.json) {
    json files = json::array();
    for (const client::CheckoutFile& file : *found)
      files.push_back({{"path", file.path}, {"sha", file.sha}, {"bytes", file.bytes}});
    print_json(
        json{{"schema", 1}, {"checkoutPath", options.checkout}, {"files", std::move(files)}});
    return ExitStatus::done;
  }
  if (found->empty()) say("nothing was rendered yet from " + text::printable(options.checkout));
  for (const client::CheckoutFile& file : *found)
    print(text::printable(file.path) + "  " + units::size_text(file.bytes) + "\n");
  return ExitStatus::done;
}

// What one round changed, and the state at its end.
struct Pulled {
  pull::PullReport last;
  std::uint64_t placed_files = 0;
  std::uint64_t received_bytes = 0;
};

result<Pulled> pull_until_stopped(const OutputsPullOptions& options, const pull::PullOptions& how,
                                  const std::stop_token& stop) {
  Pulled pulled;
  for (;;) {
    client::Progress progress;
    progress.server = how.server.url.text();
    std::optional<client::ProgressPrinter> printer;
    if (!options.quiet && !options.watch) printer.emplace(progress);
    auto report = pull::pull_checkout(how, progress, stop);
    const bool is_over = !options.watch || stop.stop_requested();
    if (!report && is_over && !(options.watch && report.error().code == errc::cancelled))
      return report.error();
    // A server that is away must not end a watch.
    if (!report && !is_over) warn(report.error().message());
    if (report) {
      pulled.placed_files += report->placed_files;
      pulled.received_bytes += report->received_bytes;
      if (options.watch && !options.quiet && report->placed_files > 0)
        say("got " + text::count_of(report->placed_files, "file", "files"));
      pulled.last = *std::move(report);
    }
    if (is_over || !pause_for(kBetweenPulls, stop)) return pulled;
  }
}

ExitStatus run_outputs_pull(const OutputsPullOptions& options) {
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  pull::PullOptions how = options.pull;
  how.server = *server;
  how.outputs = true;
  how.mode = pull::Mode::copy;
  how.cache = cache_folder_of(how.cache);
  how.limit_rate = options.limit_rate.value_or(configuration().limit_rate);
  const std::stop_token stop = finish_on_interrupt(
      "the folder may be partly updated: pull again; what was received is kept");
  const result<Pulled> pulled = pull_until_stopped(options, how, stop);
  if (!pulled) return fail(with_hint(pulled.error()));
  for (const std::string& warning : pulled->last.warnings)
    warn(warning);
  if (options.json)
    print_json(json{{"schema", 1},
                    {"checkoutPath", how.checkout},
                    {"folder", pulled->last.folder},
                    {"files", pulled->last.files},
                    {"bytes", pulled->last.bytes},
                    {"placedFiles", pulled->placed_files},
                    {"receivedBytes", pulled->received_bytes}});
  else if (!options.quiet)
    print(text::printable(pulled->last.folder) + " has " +
          text::count_of(pulled->last.files, "file", "files") + ", " +
          units::size_text(pulled->last.bytes) + "; " + std::to_string(pulled->placed_files) +
          " new or changed.\n");
  return ExitStatus::done;
}

CLI::App* add_outputs_pull(CLI::App& outputs, OutputsPullOptions& options) {
  CLI::App* const command =
      outputs.add_subcommand("pull", "Brings what was rendered from a checkout into a folder.");
  command
      ->add_option("PATH", options.pull.checkout,
                   "The checkout's path, as printed by `shaman submit`.")
      ->required()
      ->type_name("PATH")
      ->check(not_empty_operand());
  command
      ->add_option("DIR", options.pull.folder,
                   "The folder to make, or one that was pulled before, to update.")
      ->required()
      ->type_name("DIR")
      ->check(not_empty_operand());
  command->add_flag("--watch", options.watch,
                    "Go on until Ctrl-C or SIGTERM: look for new frames every 2 s.");
  add_server_option(*command, options.server);
  command
      ->add_option("--cache", options.pull.cache,
                   "Folder in which all pulls of this machine keep files. Default: pulled, in this "
                   "program's cache folder.")
      ->type_name("DIR")
      ->check(not_empty());
  command
      ->add_option("--limit-rate", options.limit_rate,
                   "Limit the download rate in bytes per second, such as 10M; 0: no limit.")
      ->type_name("RATE")
      ->transform(byte_rate());
  command->add_flag("--json", options.json, "Print one line of JSON.");
  command->add_flag("--quiet,-q", options.quiet, "Print only warnings and errors.");
  return command;
}

CLI::App* add_push(CLI::App& outputs, OutputsOptions& options) {
  CLI::App* const push = outputs.add_subcommand(
      "push", "Sends a folder's files to the server, and lists them as outputs of a checkout.");
  push->add_option("DIR", options.push.folder, "The folder with what was rendered.")
      ->required()
      ->type_name("DIR")
      ->check(not_empty_operand());
  push->add_option("--checkout", options.push.checkout_path,
                   "The checkout's path, as printed by `shaman submit`.")
      ->required()
      ->type_name("PATH");
  push->add_flag("--watch", options.watch,
                 "Go on until Ctrl-C or SIGTERM: send each file once nobody has written to it for"
                 " 2 s, and at the end what is left.");
  add_server_option(*push, options.server);
  push->add_option("--limit-rate", options.limit_rate,
                   "Limit the upload rate in bytes per second, such as 10M; 0: no limit.")
      ->type_name("RATE")
      ->transform(byte_rate());
  push->add_flag("--json", options.json, "Print one line of JSON.");
  push->add_flag("--quiet,-q", options.quiet, "Print only warnings and errors.");
  return push;
}

CLI::App* add_list_of(CLI::App& outputs, OutputsOptions& options) {
  CLI::App* const list = outputs.add_subcommand("list", "Lists what was rendered from a checkout.");
  list->add_option("PATH", options.checkout, "The checkout's path, as printed by `shaman submit`.")
      ->required()
      ->type_name("PATH")
      ->check(not_empty_operand());
  add_server_option(*list, options.server);
  list->add_flag("--json", options.json, "Print one line of JSON.");
  return list;
}

}  // namespace

Command add_outputs(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(
      "outputs", "Sends, lists and brings back what was rendered from a checkout.");
  command->require_subcommand(1);
  const auto options = std::make_shared<OutputsOptions>();
  const CLI::App* const push = add_push(*command, *options);
  const auto pulling = std::make_shared<OutputsPullOptions>();
  const CLI::App* const pull = add_outputs_pull(*command, *pulling);
  add_list_of(*command, *options);
  return {command, [options, push, pulling, pull] {
            if (pull->parsed()) return run_outputs_pull(*pulling);
            return push->parsed() ? run_push(*options) : run_list(*options);
          }};
}

}  // namespace shaman::tools
