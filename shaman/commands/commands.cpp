// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/commands.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "cli/document.hpp"
#include "commands/command_list.hpp"
#include "commands/command_tools.hpp"
#include "commands/description.hpp"
#include "start.hpp"
#include "version/version.hpp"

namespace shaman::program {
namespace {

struct Command {
  const char* name;
  int (*run)(int argc, char** argv);
};
constexpr std::array kCommands{
    Command{"gc", run_gc_command},
    Command{"erase", run_erase_command},
    Command{"verify", run_verify_command},
    Command{"pin", run_pin_command},
    Command{"unpin", run_unpin_command},
    Command{"pins", run_pins_command},
    Command{"checkouts", run_checkouts_command},
    Command{"token", run_token_command},
    Command{"check-manager", run_check_manager_command},
};

cli::CommandText describe_program() {
  cli::CommandText program = describe(read_start, "shaman-server");
  for (const Command& command : kCommands)
    program.commands.push_back(describe(command.run, command.name));
  return program;
}

// Documents for packagers, which are commands.
std::optional<int> print_document(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const auto document = cli::document(arguments, 8, version(), describe_program);
  if (!document) return std::nullopt;
  if (!*document) return fail(document->error());
  std::fputs((*document)->c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : kCommands)
    names.emplace_back(command.name);
  return names;
}

std::optional<int> run_command(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  for (const Command& command : kCommands)
    if (name == command.name) return command.run(argc - 1, argv + 1);
  if (name == "expired") return run_expired_command(argc - 1, argv + 1);
  return print_document(argc, argv);
}

}  // namespace shaman::program
