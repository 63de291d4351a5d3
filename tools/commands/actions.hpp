// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "options/server_option.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {

/// The arguments of every action of such a command: `job show ID`, `checkout list`.
struct ActionOptions {
  ServerOption server;
  std::string operand;  ///< the id or the path; empty if the action takes none
  bool json = false;
};

/// One action of a command whose first argument names the action.
struct Action {
  const char* name;
  const char* text;  ///< for --help
  bool takes_operand;
  ExitStatus (*run)(const client::Server&, const ActionOptions&);
  /// The message on Ctrl-C for an action that changes something: `the job may be …`; else null.
  const char* when_cancelled = nullptr;
  bool shows_waiting = false;  ///< the action shows it itself
};

/// The operand of those actions that take one.
struct Operand {
  const char* name;
  const char* text;  ///< for --help
  const char* type;
};

/// Gives `command` one subcommand for each action. While one runs, a terminal shows what it waits
/// for. `actions` must outlive the result.
[[nodiscard]] Command add_actions(CLI::App& command, std::span<const Action> actions,
                                  const Operand& operand);

}  // namespace shaman::tools
