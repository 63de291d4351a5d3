// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/pull.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "shaman/client/checkouts.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "options/configuration.hpp"
#include "options/server_option.hpp"
#include "options/value_checks.hpp"
#include "pull/puller.hpp"
#include "report/interruption.hpp"
#include "report/output.hpp"
#include "report/scene_warnings.hpp"
#include "submit/progress_printer.hpp"

namespace shaman::tools {
namespace {

using nlohmann::json;

struct PullCommandOptions {
  ServerOption server;
  pull::PullOptions pull;
  std::string mode;
  std::string cache_size;
  std::optional<std::uint64_t> limit_rate;
  bool json = false;
  bool quiet = false;
};

json json_of(const pull::PullReport& report, const std::string& checkout) {
  return {{"schema", 1},
          {"checkout", checkout},
          {"folder", json_text(report.folder)},
          {"mode", pull::name_of(report.mode)},
          {"isNew", report.is_new},
          {"files", report.files},
          {"bytes", report.bytes},
          {"placedFiles", report.placed_files},
          {"removedFiles", report.removed_files},
          {"receivedFiles", report.received_files},
          {"receivedBytes", report.received_bytes},
          {"resumedBytes", report.resumed_bytes},
          {"warnings", json_texts(report.warnings)}};
}

std::string summary_of(const pull::PullReport& report) {
  const std::string all =
      text::count_of(report.files, "file", "files") + ", " + units::size_text(report.bytes);
  const std::string folder = text::printable(report.folder);
  if (!report.is_new && report.placed_files == 0 && report.removed_files == 0)
    return folder + " is up to date (" + all + ").\n";
  std::string out = (report.is_new ? "Made " : "Updated ") + folder + ": " + all;
  if (!report.is_new)
    out += "; " + std::to_string(report.placed_files) + " new or changed, " +
           std::to_string(report.removed_files) + " removed";
  out += "; received " + text::count_of(report.received_files, "file", "files") + ", " +
         units::size_text(report.received_bytes);
  if (report.resumed_bytes > 0)
    out += " (an earlier run had received " + units::size_text(report.resumed_bytes) + ")";
  return out + ".\n";
}

ExitStatus run_pull(PullCommandOptions& options) {
  pull::PullOptions& how = options.pull;
  auto path = client::checked_checkout_path(how.checkout);
  if (!path) return fail(path.error());
  how.checkout = *std::move(path);
  if (!options.mode.empty()) how.mode = pull::mode_of(options.mode);
  if (!options.cache_size.empty()) how.cache_bytes = *units::parse_size(options.cache_size);
  how.cache = cache_folder_of(how.cache);
  how.limit_rate = options.limit_rate.value_or(0);
  const auto server = server_of(options.server);
  if (!server) return fail(server.error());
  how.server = *server;
  const std::stop_token stop = finish_on_interrupt(
      "the folder may be partly updated: pull again; what was received is kept");
  client::Progress progress;
  progress.server = server->url.text();
  std::optional<client::ProgressPrinter> printer;
  if (!options.quiet) printer.emplace(progress);
  const auto report = pull::pull_checkout(how, progress, stop);
  printer.reset();
  if (!report && report.error().code == errc::cancelled)
    return fail({errc::cancelled, "cancelled; what was received is kept for the next pull"});
  if (!report) return fail(with_hint(report.error()));
  for (const std::string& warning : report->warnings)
    warn(warning);
  remember_deed("the folder " + text::in_quotes(report->folder) + " was pulled");
  if (options.json)
    print_json(json_of(*report, how.checkout));
  else if (!options.quiet)
    print(summary_of(*report));
  return ExitStatus::done;
}

CLI::Validator one_of_the_modes() {
  return CLI::Validator(
      [](const std::string& value) -> std::string {
        if (pull::mode_of(value)) return {};
        return "must be symlink, hardlink, reflink or copy, not " + text::in_quotes(value);
      },
      "");
}

CLI::Validator byte_size() {
  return CLI::Validator(
      [](const std::string& value) -> std::string {
        const auto size = units::parse_size(value);
        return size ? std::string() : size.error().message();
      },
      "");
}

}  // namespace

std::string cache_folder_of(const std::string& given) {
  return given.empty() ? os::join(os::cache_folder(), "pulled") : given;
}

Command add_pull(CLI::App& checkout) {
  CLI::App* const command = checkout.add_subcommand(
      "pull",
      "Makes a folder with the files of one checkout, for a machine that does not see the farm's "
      "storage.");
  const auto options = std::make_shared<PullCommandOptions>();
  command
      ->add_option("PATH", options->pull.checkout,
                   "Its path below the server's jobs folder, as printed by `shaman submit`.")
      ->required()
      ->type_name("PATH")
      ->check(not_empty_operand());
  command
      ->add_option("DIR", options->pull.folder,
                   "The folder to make, or one that was pulled before, to update.")
      ->required()
      ->type_name("DIR")
      ->check(not_empty_operand());
  add_server_option(*command, options->server);
  command
      ->add_option("--cache", options->pull.cache,
                   "Folder in which all pulls of this machine keep files. Default: pulled, in this "
                   "program's cache folder.")
      ->type_name("DIR")
      ->check(not_empty());
  command
      ->add_option("--cache-size", options->cache_size,
                   "Size above which files that no pulled folder uses are removed from the cache, "
                   "such as 50G. Default: 200G.")
      ->type_name("BYTES")
      ->check(byte_size());
  command
      ->add_option("--mode", options->mode,
                   "How files come from the cache into the folder: symlink, hardlink, reflink or "
                   "copy. Default: symlink; on Windows hardlink, or copy where that is not "
                   "possible.")
      ->type_name("MODE")
      ->check(one_of_the_modes());
  command
      ->add_option("--jobs", options->pull.jobs,
                   "Number of downloads in parallel, 1 to 64. Default: 4.")
      ->type_name("N")
      ->transform(whole_number(1, 64));
  command
      ->add_option("--limit-rate", options->limit_rate,
                   "Limit the download rate in bytes per second, such as 10M; 0: no limit.")
      ->type_name("RATE")
      ->transform(byte_rate());
  command->add_flag("--json", options->json, "Print one line of JSON.");
  command->add_flag("--quiet,-q", options->quiet, "Show no progress and no summary.");
  return {command, [options] { return run_pull(*options); }};
}

}  // namespace shaman::tools
