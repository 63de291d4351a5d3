// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/unknown_name.hpp"

#include <algorithm>

#include "shaman/text.hpp"

#include "base/nearest.hpp"

namespace shaman::cli {
namespace {

std::string did_you_mean(const std::string& name) {
  return name.empty() ? std::string() : ". Did you mean " + name + "?";
}

bool has_option(const CLI::App& command, const std::string& name) {
  return std::ranges::any_of(command.get_options(), [&](const CLI::Option* option) {
    return name.starts_with("--") && option->check_lname(name.substr(2));
  });
}

// The given command to which the parser assigned the unknown argument.
CLI::App& left_at(CLI::App& app, const std::string& argument) {
  CLI::App* command = &app;
  for (;;) {
    const std::vector<std::string> rest = command->remaining(false);
    const std::vector<CLI::App*> given = command->get_subcommands();
    if (given.empty() || std::ranges::find(rest, argument) != rest.end()) return *command;
    command = given.front();
  }
}

}  // namespace

std::string whole_name(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return parent == nullptr ? command.get_name() : whole_name(*parent) + " " + command.get_name();
}

std::vector<std::string> commands_of(CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each : command.get_subcommands([](CLI::App*) { return true; }))
    names.push_back(each->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* each = &command; each != nullptr;
       each = each->get_fallthrough() ? each->get_parent() : nullptr) {
    for (const CLI::Option* option : each->get_options()) {
      for (const std::string& name : option->get_lnames())
        names.push_back("--" + name);
    }
  }
  return names;
}

CLI::App& given_command(CLI::App& app) {
  CLI::App* command = &app;
  while (!command->get_subcommands().empty())
    command = command->get_subcommands().front();
  return *command;
}

std::string unknown_option(CLI::App& app, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  const std::string which = " has no option " + text::in_quotes(name);
  CLI::App& left_to = left_at(app, argument);
  CLI::App& given = given_command(app);
  // An argument that neither a command with fallthrough() nor its parent knows is assigned to the
  // parent.
  const bool falls_through = &given != &left_to && given.get_fallthrough();
  const bool is_before =
      falls_through ? has_option(given, name)
                    : std::ranges::any_of(left_to.get_subcommands({}), [&](const CLI::App* each) {
                        return has_option(*each, name);
                      });
  if (is_before)
    return whole_name(left_to) + which + ": options follow the command, as in `" +
           whole_name(left_to) + " COMMAND " + name + " …`";
  const CLI::App& command = falls_through ? given : left_to;
  return whole_name(command) + which + did_you_mean(text::nearest(name, options_of(command)));
}

std::string unknown_command(const CLI::App& command, const std::string& argument,
                            const std::vector<std::string>& commands) {
  const std::string meant = text::nearest(argument, commands);
  return whole_name(command) + " has no command " + text::in_quotes(argument) +
         (meant.empty() ? "; available: " + text::listed(commands) : did_you_mean(meant));
}

}  // namespace shaman::cli
