// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "shaman/os.hpp"

#include "commands.hpp"

namespace shaman::tools {
namespace {

void say(std::string_view message) {
  const std::string line = "shaman: " + std::string(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

ExitStatus status_of(errc code) {
  switch (code) {
    case errc::unreachable:
      return ExitStatus::server_away;
    case errc::not_found:
    case errc::damaged_file:
    case errc::limit_exceeded:
    case errc::malformed_request:
    case errc::unsafe_path:
      return ExitStatus::bad_input;
    default:
      return ExitStatus::failed;
  }
}

// Every subcommand there is, in the order of --help.
std::vector<Command> add_commands(CLI::App& app) {
  return {add_list(app), add_pack(app),   add_submit(app),
          add_job(app),  add_status(app), add_doctor(app)};
}

ExitStatus run(std::vector<std::string> arguments) {
  CLI::App app("Finds what a .blend file needs, and brings it to a render farm.", "shaman");
  app.set_version_flag("--version", "shaman " SHAMAN_VERSION);
  app.require_subcommand(1);
  const std::vector<Command> commands = add_commands(app);
  try {
    // CLI11 takes them last first.
    if (!arguments.empty()) arguments.erase(arguments.begin());
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    // --help and --version come as "errors" of status 0.
    return app.exit(error) == 0 ? ExitStatus::done : ExitStatus::bad_input;
  }
  for (const Command& command : commands) {
    if (command.options->parsed()) return command.run();
  }
  return ExitStatus::bad_input;
}

}  // namespace

ExitStatus fail(const Error& error) {
  say(error.message());
  return status_of(error.code);
}

void warn(std::string_view message) {
  say("warning: " + std::string(message));
}

}  // namespace shaman::tools

int main(int argc, char** argv) {
  try {
    shaman::os::set_up_terminal();
    return static_cast<int>(shaman::tools::run(shaman::os::program_arguments(argc, argv)));
  } catch (const std::exception& error) {
    shaman::tools::say(error.what());
    return static_cast<int>(shaman::tools::ExitStatus::failed);
  }
}
