// SPDX-License-Identifier: GPL-3.0-or-later
#include "start.hpp"

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/nearest.hpp"
#include "shaman/text.hpp"
#include "shaman/version.hpp"

#include "commands/commands.hpp"
#include "commands/description.hpp"
#include "config/documents.hpp"
#include "exit_status.hpp"
#include "options/command_line.hpp"
#include "options/machine_checks.hpp"

namespace shaman::program {
namespace {

// What is in force that is not the default, and who says so.
void print_in_force(const Loaded& loaded) {
  std::map<std::string, std::string> origins;
  for (const config::Assignment& given : loaded.assignments)
    origins[given.key] = given.origin;
  const std::size_t doubts = loaded.warnings.size();
  std::printf("The configuration %s. Other than the defaults:\n",
              doubts == 0
                  ? "is good"
                  : ("can be used, with " + text::count_of(doubts, "warning", "warnings")).c_str());
  for (const config::Option& option : loaded.table.options()) {
    const auto origin = origins.find(option.key);
    if (origin == origins.end()) continue;
    std::string values;
    for (const std::string& value : option.get())
      values += (values.empty() ? "" : ", ") + value;
    std::printf("  %s: %s   (%s)\n", option.key.c_str(), text::printable(values).c_str(),
                text::printable(origin->second).c_str());
  }
}

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

// A command or an option that may have been meant by the first argument that is none.
void suggest(const std::vector<std::string>& unknown, const CLI::App& app) {
  if (unknown.empty()) return;
  const std::string name = unknown.front().substr(0, unknown.front().find('='));
  std::vector<std::string> known = command_names();
  if (name.starts_with('-')) {
    known.clear();
    for (const CLI::Option* option : app.get_options())
      for (const std::string& each : option->get_lnames())
        known.push_back("--" + each);
  }
  const std::string near = text::nearest(name, known);
  if (!near.empty()) std::fprintf(stderr, "Did you mean %s?\n", near.c_str());
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
      "Keeps the files of render jobs by their content, and makes checkouts of them.\n"
      "Speaks the Shaman protocol of Flamenco, version 3. Without auth options who reaches it may "
      "do\n"
      "everything. SIGTERM and SIGINT stop it, a second one at once; SIGHUP makes "
      "it\n"
      "read its configuration again.\n"
      "`shaman-server gc` collects garbage, `erase` erases a checkout, `verify` looks for damaged\n"
      "files, `token` makes tokens, `pin`, `unpin` and `pins` keep the files of checkouts, "
      "`expired` lists checkouts that wait for being confirmed, "
      "`check-manager` looks at a\n"
      "Manager's configuration; see --help of each. Each option may "
      "also be given in the environment (--gc-max-age\n"
      "is SHAMAN_GC_MAX_AGE) or in a file (see --sample-config).",
      "shaman-server");
  app.set_version_flag("--version,-V", version_line("shaman-server"));
  app.get_formatter()->column_width(36);
  app.add_option("--config", start.sources.file,
                 "A YAML file with options; the command line and the environment go before it"
                 " [SHAMAN_CONFIG]")
      ->type_name("FILE");
  app.add_flag("--check-config", checks,
               "Say what is wrong with the options and on this machine, and end: with status 2 for"
               " errors, with 0 for warnings alone");
  app.add_flag("--sample-config", prints_sample,
               "Print a configuration file with every option explained, and end");
  app.add_flag("--options-as-markdown", prints_markdown)->group("");
  add_describe_option(app);
  CommandLine line(app, table);
  line.add_all();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    start.exit_status = app.exit(error) == 0 ? 0 : kCommandUsage;
    if (*start.exit_status != 0) suggest(app.remaining(), app);
    return start;
  }
  if (prints_sample) start.exit_status = print(config::sample_file(table));
  if (prints_markdown) start.exit_status = print(config::markdown(table));
  if (start.exit_status) return start;
  start.sources.find_file();
  start.sources.command_line = line.given();
  start.loaded = load(start.sources);
  // All of it in one run: who mends one thing is not to meet with the next.
  examine(start.loaded);
  if (checks) start.loaded.add(check_machine(*start.loaded.options));
  if (checks || !start.loaded.problems.empty()) warn(start.loaded.warnings);
  if (!start.loaded.problems.empty()) {
    start.exit_status = complain(start.loaded.problems);
  } else if (checks) {
    print_in_force(start.loaded);
    start.exit_status = 0;
  }
  return start;
}

}  // namespace shaman::program
