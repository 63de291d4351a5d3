// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/usage.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "shaman/text.hpp"

#include "cli/command_text.hpp"
#include "cli/parse_error.hpp"
#include "cli/unknown_name.hpp"

namespace shaman::cli {
namespace {

// In `shaman chekout list`, list is a command as well: the top-level one.
CLI::App* misnamed_at(CLI::App& app) {
  for (CLI::App* command = &app;;) {
    const std::vector<CLI::App*> given = command->get_subcommands();
    // An argument that a command with fallthrough() does not know is passed to its parent, and is
    // not a command's name.
    const bool is_named = !given.empty() && given.front()->get_fallthrough();
    const std::vector<std::string> rest = command->remaining(false);
    if (!is_named && !rest.empty() && !rest.front().starts_with('-') &&
        !commands_of(*command).empty())
      return command;
    if (given.empty()) return nullptr;
    command = given.front();
  }
}

// Whether the given arguments still lack a command.
bool lacks_command(CLI::App& command) {
  return command.get_subcommands().empty() && !commands_of(command).empty();
}

// CLI11 takes any word after an option as its value: in `--storage --dry-run`, the value was
// forgotten.
std::string swallowed_option(CLI::App& app) {
  CLI::App& command = given_command(app);
  const std::vector<std::string> known = options_of(command);
  for (const CLI::App* each = &command; each != nullptr; each = each->get_parent())
    for (const CLI::Option* option : each->get_options())
      for (const std::string& value : option->results())
        if (option->nonpositional() && std::ranges::find(known, value) != known.end())
          return option->get_name() + " needs a value: " + value_of(*option) + ", not the option " +
                 value;
  return {};
}

std::string what_is_wrong(CLI::App& app, const CLI::ParseError& error,
                          const std::vector<std::string>& own_apps) {
  if (CLI::App* const command = misnamed_at(app))
    return unknown_command(*command, command->remaining(false).front(), commands_of(*command));
  if (std::string wrong = swallowed_option(app); !wrong.empty()) return wrong;
  CLI::App& command = given_command(app);
  for (const std::string& argument : app.remaining(true)) {
    if (argument.size() > 1 && argument.starts_with('-')) return unknown_option(app, argument);
    if (std::ranges::find(own_apps, argument) != own_apps.end())
      return whole_name(app) + " takes a command as the first argument, as in `" + whole_name(app) +
             " " + argument + " …`";
    if (!own_apps.empty()) return unknown_command(app, argument, own_apps);
    return "unexpected argument " + text::in_quotes(argument) + "; " + whole_name(command) +
           " takes " + operands_of(command);
  }
  if (!lacks_command(command)) return in_words(command, error);
  return whole_name(command) + " needs a command: " + text::listed(commands_of(command));
}

Error wrong_usage(CLI::App& app, const std::string& what) {
  CLI::App* const misnamed = misnamed_at(app);
  const CLI::App& command = misnamed == nullptr ? given_command(app) : *misnamed;
  return {errc::invalid_argument, text::without_logins(text::printable(what)) + "\nRun `" +
                                      whole_name(command) + " --help` for help."};
}

}  // namespace

std::vector<std::string> with_help_as_option(std::vector<std::string> arguments) {
  if (arguments.empty() || arguments.front() != "help") return arguments;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
  return arguments;
}

std::optional<result<std::string>> parse(CLI::App& app, std::vector<std::string> arguments,
                                         const std::vector<std::string>& own_apps) {
  try {
    // CLI11 takes them last first.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const bool names_unknown_command =
        !app.remaining(true).empty() && (lacks_command(given_command(app)) || !own_apps.empty());
    if (error.get_exit_code() != 0 || names_unknown_command)
      return wrong_usage(app, what_is_wrong(app, error, own_apps));
    std::ostringstream help;
    app.exit(error, help, help);
    return help.str();
  }
  if (const std::string wrong = swallowed_option(app); !wrong.empty())
    return wrong_usage(app, wrong);
  return std::nullopt;
}

bool wants_json(const std::vector<std::string>& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::find(arguments.begin(), end, "--json") != end;
}

}  // namespace shaman::cli
