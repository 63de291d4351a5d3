// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "shaman/fs/local.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"
#include "shaman/verify.hpp"
#include "shaman/worker_pool.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"

namespace shaman::program {
namespace {

// `5%`, or `0.5%`: as a fraction of one. 0: invalid.
double parse_share(std::string_view text) {
  double percent = 0;
  if (!text.ends_with('%')) return 0;
  text.remove_suffix(1);
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  const bool is_good = error == std::errc() && end == text.data() + text.size() && percent > 0;
  return is_good && percent <= 100 ? percent / 100 : 0;
}

std::string verify_command(const result<VerifyResults>& results) {
  if (!results) return "verify";
  return "verify (" + text::count_of(results->damaged.size(), "file", "files") + " damaged)";
}

}  // namespace

int run_verify_command(int argc, char** argv) {
  std::string storage;
  VerifyOptions options;
  CLI::App app(
      "Compare the stored files with their checksums. Damaged files are moved to the storage's "
      ".shaman/quarantine, so that clients upload them again. Checkouts with damaged or missing "
      "files are listed. The exit status is 3 if there are any, and 4 if this user cannot read "
      "some files and everything else is good. An interrupted run is continued. Servers may be "
      "running.",
      "shaman-server verify");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  app.add_option_function<std::string>(
         "--sample",
         [&options](const std::string& value) {
           options.sample = parse_share(value);
           if (options.sample == 0)
             throw CLI::ValidationError("--sample", "invalid percentage " + text::in_quotes(value) +
                                                        " (examples: 5%, 0.5%)");
         },
         "Read only this share of the files, chosen at random")
      ->type_name("PERCENT%");
  app.add_option_function<std::string>(
         "--rate",
         [&options](const std::string& value) {
           const auto rate = units::parse_rate(value);
           if (!rate) throw CLI::ValidationError("--rate", rate.error().message());
           options.bytes_per_second = *rate;
         },
         "Maximum read rate in bytes per second; 0: no limit [0]")
      ->type_name("RATE");
  app.add_flag("--dry-run", options.dry_run, "Report damaged files without moving them");
  app.add_flag("--restart", options.restart, "Start over instead of continuing an interrupted run");
  if (const auto status = parse_for_storage(app, given, argc, argv, storage)) return *status;
  os::lower_thread_priority();  // a server may be working at the same time
  fs::LocalFileSystem file_system;
  WorkerPool pool(reading_threads());
  const auto results = verify_store(file_system, storage, pool, options);
  if (!options.dry_run) log_command(verify_command(results), storage, results);
  if (!results) return fail(results.error());
  std::printf("%s\n", to_text(*results).c_str());
  if (!is_good(*results)) return kIncomplete;
  return results->unread_places == 0 ? 0 : kOutOfReach;
}

}  // namespace shaman::program
