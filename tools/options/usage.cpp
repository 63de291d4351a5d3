// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/usage.hpp"

#include <algorithm>
#include <string_view>

#include "shaman/text.hpp"

#include "base/nearest.hpp"

namespace shaman::tools {
namespace {

std::vector<std::string> commands_of(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      names.push_back("--" + name);
  }
  return names;
}

// `shaman job list`.
std::string whole_name(const CLI::App& command) {
  const CLI::App* const parent = command.get_parent();
  return parent == nullptr ? command.get_name() : whole_name(*parent) + " " + command.get_name();
}

std::string did_you_mean(const std::string& name) {
  return name.empty() ? std::string() : ". Did you mean " + name + "?";
}

std::string unknown_option(CLI::App& app, const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  const std::vector<std::string> before_command = app.remaining(false);
  const bool is_before = std::ranges::find(before_command, argument) != before_command.end();
  const CLI::App& command = is_before ? app : given_command(app);
  const std::string text = whole_name(command) + " has no option " + text::in_quotes(name);
  const auto has_it = [&](const CLI::App* each) {
    const std::vector<std::string> own = options_of(*each);
    return std::ranges::find(own, name) != own.end();
  };
  if (is_before && std::ranges::any_of(app.get_subcommands({}), has_it))
    return text + ": options follow the command, as in `shaman COMMAND " + name + " …`";
  return text + did_you_mean(text::nearest(name, options_of(command)));
}

std::string unknown_command(CLI::App& command, const std::string& argument) {
  const std::vector<std::string> names = commands_of(command);
  std::string all;
  for (const std::string& name : names)
    all += (all.empty() ? "" : ", ") + name;
  const std::string near = text::nearest(argument, names);
  return whole_name(command) + " has no command " + text::in_quotes(argument) +
         (near.empty() ? "; available: " + all : did_you_mean(near));
}

// Whether a command is still to be named after what was given.
bool lacks_command(CLI::App& command) {
  return command.get_subcommands().empty() && !commands_of(command).empty();
}

// In `shaman chekout list`, list is a command as well: the one that does not have the first word.
CLI::App* misnamed_at(CLI::App& app) {
  for (CLI::App* command = &app;; command = command->get_subcommands().front()) {
    const std::vector<std::string> rest = command->remaining(false);
    if (!rest.empty() && !rest.front().starts_with('-') && !commands_of(*command).empty())
      return command;
    if (command->get_subcommands().empty()) return nullptr;
  }
}

// Of the parser's `--server: 1 required URL missing`.
std::string in_words(const std::string& error) {
  constexpr std::string_view kBefore = ": 1 required ";
  constexpr std::string_view kAfter = " missing";
  const std::size_t at = error.find(kBefore);
  if (at == std::string::npos || !error.ends_with(kAfter)) return error;
  const std::size_t begin = at + kBefore.size();
  return error.substr(0, at) +
         " needs a value: " + error.substr(begin, error.size() - kAfter.size() - begin);
}

std::string what_is_wrong(CLI::App& app, const CLI::ParseError& error) {
  if (CLI::App* const command = misnamed_at(app))
    return unknown_command(*command, command->remaining(false).front());
  CLI::App& command = given_command(app);
  for (const std::string& argument : app.remaining(true)) {
    if (argument.size() > 1 && argument.starts_with('-')) return unknown_option(app, argument);
    if (lacks_command(command)) return unknown_command(command, argument);
    return "unexpected argument " + text::in_quotes(argument);
  }
  if (!lacks_command(command)) return in_words(error.what());
  std::string all;
  for (const std::string& name : commands_of(command))
    all += (all.empty() ? "" : ", ") + name;
  return whole_name(command) + " needs a command: " + all;
}

}  // namespace

std::vector<std::string> with_help_as_option(std::vector<std::string> arguments) {
  if (arguments.empty()) return {"--help"};
  if (arguments.front() != "help") return arguments;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
  return arguments;
}

bool names_unknown_command(CLI::App& app) {
  return !app.remaining(true).empty() && lacks_command(given_command(app));
}

CLI::App& given_command(CLI::App& app) {
  CLI::App* command = &app;
  while (!command->get_subcommands().empty())
    command = command->get_subcommands().front();
  return *command;
}

std::string wrong_usage(CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* const misnamed = misnamed_at(app);
  const CLI::App& command = misnamed == nullptr ? given_command(app) : *misnamed;
  return text::printable(what_is_wrong(app, error)) + "\nRun `" + whole_name(command) +
         " --help` for help.";
}

bool wants_json(const std::vector<std::string>& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::find(arguments.begin(), end, "--json") != end;
}

}  // namespace shaman::tools
