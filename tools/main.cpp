// SPDX-License-Identifier: GPL-3.0-or-later
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/program/last_words.hpp"
#include "base/program/standard_output.hpp"
#include "cli/document.hpp"
#include "cli/help_text.hpp"
#include "cli/usage.hpp"
#include "commands.hpp"
#include "options/configuration.hpp"
#include "report/interruption.hpp"
#include "version/version.hpp"

namespace shaman::tools {
namespace {

// All subcommands, in the order of --help.
std::vector<Command> add_commands(CLI::App& app) {
  return {add_list(app), add_pack(app),   add_submit(app), add_checkout(app), add_outputs(app),
          add_job(app),  add_status(app), add_doctor(app), add_config(app)};
}

constexpr const char* kProgramAbout =
    "Finds the files that a .blend needs and sends them to a render farm.";

std::vector<Command> set_up(CLI::App& app) {
  app.formatter(std::make_shared<cli::ProgramHelpFormatter>());
  app.set_help_flag("-h,--help", "Show this help.");
  app.set_version_flag("--version,-V", version_line("shaman"), "Show the version.");
  app.footer("Run `shaman help COMMAND` for the options of a command.");
  app.require_subcommand(1);
  // On Windows, too, /farm/shot is a path, and not an option.
  app.allow_windows_style_options(false);
  // `--dry-run=off` would be taken for one of the two.
  app.option_defaults()->disable_flag_override();
  return add_commands(app);
}

cli::CommandText describe_program() {
  CLI::App app(kProgramAbout, "shaman");
  const std::vector<Command> commands = set_up(app);
  return cli::describe(app);
}

ExitStatus run_command(std::vector<std::string> arguments) {
  if (const auto document = cli::document(arguments, 1, version(), describe_program)) {
    if (!*document) return fail(document->error());
    print(**document);
    return ExitStatus::done;
  }
  CLI::App app(kProgramAbout, "shaman");
  const std::vector<Command> commands = set_up(app);
  if (const auto ended = cli::parse(app, std::move(arguments))) {
    if (!*ended) return fail(ended->error());
    print(**ended);
    return ExitStatus::done;
  }
  load_configuration();
  for (const Command& command : commands) {
    if (!command.options->parsed()) continue;
    if (const auto usable = configuration().usable(); !usable && !command.judges_configuration)
      return fail_line_by_line(usable.error());
    return command.run();
  }
  return ExitStatus::bad_input;
}

ExitStatus run_program(std::vector<std::string> arguments) {
  if (!arguments.empty()) arguments.erase(arguments.begin());
  if (arguments.empty()) arguments.emplace_back("--help");
  arguments = cli::with_help_as_option(std::move(arguments));
  const bool as_json = cli::wants_json(arguments);
  const Interruption interruption(as_json);
  ExitStatus status = ExitStatus::failed;
  try {
    status = run_command(std::move(arguments));
  } catch (const std::exception& error) {
    status = fail({errc::io_error, text::printable(error.what())});
  }
  if (as_json) complete_json(status);
  const result<void> written = finish_output();
  if (written) return status;
  const ExitStatus lost = fail(with_deeds(written.error()));
  return status == ExitStatus::done ? lost : status;
}

}  // namespace
}  // namespace shaman::tools

int main(int argc, char** argv) {
  shaman::say_last_words("shaman");
  shaman::os::set_up_standard_streams();
  return static_cast<int>(shaman::tools::run_program(shaman::os::program_arguments(argc, argv)));
}
