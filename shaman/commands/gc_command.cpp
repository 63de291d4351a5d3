// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/fs/local.hpp"
#include "shaman/gc.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"
#include "shaman/worker_pool.hpp"

#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "options/command_options.hpp"

namespace shaman::program {
namespace {

std::string gc_command(const result<GcResults>& results) {
  if (!results) return "gc";
  return "gc (" + text::count_of(results->collected, "file", "files") + " collected, " +
         std::to_string(results->deleted) + " deleted)";
}

}  // namespace

int run_gc_command(int argc, char** argv) {
  std::optional<Digest> explained;
  bool as_json = false;
  bool dry_run = false;
  CLI::App app(
      "Move files that no checkout uses and no client has requested recently to the storage's "
      "trash, and delete those whose time in the trash is over. The exit status is 3 if "
      "--min-free, --min-free-inodes or --max-store-size is not reached. Servers may be running.",
      "shaman-server gc");
  CommandOptions given(app);
  given.line().add("storage", "--storage");
  for (const char* const policy :
       {"max-age", "min-age", "grace", "max-store-size", "min-free", "min-free-inodes"})
    given.line().add(std::string("gc.") + policy, std::string("--") + policy);
  app.add_flag("--dry-run", dry_run, "Show what would be collected, without changing anything");
  app.add_flag("--json", as_json, "Print the results as one line of JSON");
  app.add_option_function<std::string>(
         "--explain",
         [&explained](const std::string& value) {
           explained = Digest::from_hex(value);
           if (!value.empty() && !explained)
             throw CLI::ValidationError("--explain", "invalid SHA-256 " + text::in_quotes(value) +
                                                         " (expected: 64 hexadecimal digits)");
         },
         "Explain why files with this SHA-256 are kept or would be collected; changes nothing, "
         "like "
         "--dry-run")
      ->type_name("SHA");
  std::string storage;
  GcOptions options;
  if (const auto status = parse_for_storage(app, given, argc, argv, storage, &options))
    return *status;
  options.log = say;
  dry_run = dry_run || explained.has_value();
  options.dry_run = dry_run;
  options.explain = explained;
  os::lower_thread_priority();  // a server may be working at the same time
  fs::LocalFileSystem file_system;
  WorkerPool pool(reading_threads());
  const auto results = collect_garbage(file_system, storage, pool, options);
  if (!dry_run) log_command(gc_command(results), storage, results);
  if (!results) return fail(results.error());
  const std::string report = as_json ? to_json(*results) : to_text(*results);
  std::printf("%s\n", report.c_str());
  if (explained && results->explanations.empty() && !as_json)
    std::printf("No file with the SHA-256 %s is stored.\n", explained->hex().c_str());
  if (results->unread_places > 0) return kOutOfReach;
  return results->shortfall.is_any() ? kIncomplete : 0;
}

}  // namespace shaman::program
