// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/actions.hpp"

#include <optional>

#include "options/value_checks.hpp"
#include "report/interruption.hpp"

namespace shaman::tools {
namespace {

ExitStatus run_action(const Action& action, const ActionOptions& options) {
  const result<client::Server> server = server_of(options.server);
  if (!server) return fail(server.error());
  if (action.when_cancelled != nullptr) say_when_cancelled(action.when_cancelled);
  std::optional<Waiting> waiting;
  if (!action.shows_waiting) waiting.emplace(server->url.text());
  return action.run(*server, options);
}

}  // namespace

Command add_actions(CLI::App& command, std::span<const Action> actions, const Operand& operand) {
  command.require_subcommand(1);
  const auto options = std::make_shared<ActionOptions>();
  std::vector<std::pair<const CLI::App*, const Action*>> added;
  for (const Action& action : actions) {
    CLI::App* const subcommand = command.add_subcommand(action.name, action.text);
    add_server_option(*subcommand, options->server);
    subcommand->add_flag("--json", options->json, "Print one line of JSON.");
    if (action.takes_operand)
      subcommand->add_option(operand.name, options->operand, operand.text)
          ->required()
          ->type_name(operand.type)
          ->check(not_empty_operand());
    added.emplace_back(subcommand, &action);
  }
  return {&command, [options, added] {
            for (const auto& [subcommand, action] : added)
              if (subcommand->parsed()) return run_action(*action, *options);
            return ExitStatus::bad_input;
          }};
}

}  // namespace shaman::tools
