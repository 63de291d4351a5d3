// SPDX-License-Identifier: GPL-3.0-or-later
#include "start.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/nearest.hpp"
#include "cli/help_text.hpp"
#include "commands/command_tools.hpp"
#include "commands/commands.hpp"
#include "commands/description.hpp"
#include "config/documents.hpp"
#include "exit_status.hpp"
#include "options/command_line.hpp"
#include "options/machine_checks.hpp"
#include "storage_place.hpp"
#include "version/version.hpp"

namespace shaman::program {
namespace {

constexpr const char* kSampleHead =
    "# The configuration of shaman-server: shaman-server --config THIS_FILE\n"
    "#\n"
    "# Lists every option with its default, or with an example if it has none. The command line\n"
    "# takes precedence over the environment, and the environment over this file.\n"
    "# `shaman-server --check-config --config THIS_FILE` reports errors in it. SIGHUP makes a\n"
    "# running server reload it; options with (restart) need a restart.\n";

// The settings that are not defaults, and their sources.
void print_in_force(const Loaded& loaded) {
  std::map<std::string, std::string> origins;
  for (const config::Assignment& given : loaded.assignments)
    origins[given.key] = given.origin;
  const std::size_t doubts = loaded.warnings.size();
  std::printf("Configuration %s. Changed from the defaults:\n",
              doubts == 0
                  ? "OK"
                  : ("usable, with " + text::count_of(doubts, "warning", "warnings")).c_str());
  for (const config::Option& option : loaded.table.options()) {
    const auto origin = origins.find(option.key);
    if (origin == origins.end()) continue;
    std::printf("  %s: %s   (%s)\n", option.key.c_str(),
                text::printable(text::listed(option.get())).c_str(),
                text::printable(origin->second).c_str());
  }
}

// An empty folder may be the place of a storage that is not mounted; a full one, a wrong path.
void note_new_storage(const std::string& storage) {
  const std::string path = os::absolute(storage);
  if (!is_new_storage(path)) return;
  const auto entries = os::list_folder(path);
  const bool has_others = entries && std::ranges::any_of(*entries, [](const auto& entry) {
                            return entry.name != "lost+found";  // a new ext4's own
                          });
  std::printf("%s is not a storage%s; a start makes a new one in it. %s\n",
              text::in_quotes(path).c_str(), has_others ? ", and has other files in it" : "",
              has_others ? "Check the path; a folder of its own is safer."
                         : "If a storage should be mounted there, mount it first.");
}

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

Start read_start(int argc, char** argv) {
  Start start;
  bool checks = false;
  bool prints_sample = false;
  bool prints_markdown = false;
  Options defaults;
  const config::Table table = table_of(defaults);
  CLI::App app(
      "Content-addressed file store for render jobs. It implements version 3 of Flamenco's Shaman "
      "protocol. By default it listens on localhost only. Without auth.* options, anyone who can "
      "connect has full access. SIGTERM and SIGINT stop the server, a second one immediately; "
      "SIGHUP reloads the configuration. Every option can also be set in the environment "
      "(--gc-max-age is SHAMAN_GC_MAX_AGE) or in a YAML file (see --sample-config).",
      "shaman-server");
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version,-V", version_line("shaman-server"), "Print the version");
  app.formatter(std::make_shared<cli::ProgramHelpFormatter>());
  app.footer("Commands: " + text::listed(command_names()) +
             ". Run `shaman-server help COMMAND` for the options of a command.");
  app.add_option("--config", start.sources.file,
                 "Read options from this YAML file; the command line and the environment take "
                 "precedence [SHAMAN_CONFIG]")
      ->type_name("FILE");
  app.add_flag("--check-config", checks,
               "Check the options and this machine, report errors and warnings, and exit with "
               "status 2 if there are errors");
  app.add_flag("--sample-config", prints_sample,
               "Print a sample configuration file that explains every option");
  app.add_flag("--options-as-markdown", prints_markdown)->group("");
  add_describe_option(app);
  CommandLine line(app, table);
  line.add_all();
  start.exit_status = parse_arguments(app, argc, argv, command_names());
  if (start.exit_status) return start;
  if (prints_sample) start.exit_status = print(config::sample_file(table, kSampleHead));
  if (prints_markdown) start.exit_status = print(config::markdown(table));
  if (start.exit_status) return start;
  start.sources.find_file();
  start.sources.command_line = line.given();
  start.loaded = load(start.sources);
  // All errors in one run, so that a user need not fix them one at a time.
  examine(start.loaded);
  if (checks && start.loaded.is_read) start.loaded.add(check_machine(*start.loaded.options));
  start.loaded.place();
  if (checks || !start.loaded.problems.empty()) warn(start.loaded.warnings);
  if (!start.loaded.problems.empty()) {
    start.exit_status = complain(start.loaded.problems, app.get_name());
  } else if (checks) {
    print_in_force(start.loaded);
    note_new_storage(start.loaded.options->storage);
    if (!start.loaded.options->asked_manager().empty())
      std::printf(
          "To compare the Manager's configuration with this storage, run `shaman-server "
          "check-manager`.\n");
    start.exit_status = 0;
  }
  return start;
}

}  // namespace shaman::program
