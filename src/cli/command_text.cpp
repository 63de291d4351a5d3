// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command_text.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace shaman::cli {

// CLI11 appends the check of the value: `N:INT in [1 - 256]`.
std::string value_of(const CLI::Option& given) {
  // CLI11 gives access to an option's checks only if the option is not const.
  auto& option = const_cast<CLI::Option&>(given);
  if (option.get_type_size() == 0) return {};
  std::string name = option.get_type_name();
  try {
    for (int i = 0;; ++i) {
      const std::string check = ":" + option.get_validator(i)->get_description();
      if (const std::size_t at = name.rfind(check); check.size() > 1 && at != std::string::npos)
        name.erase(at, check.size());
    }
  } catch (const CLI::OptionNotFound&) {
    // That was the last one: CLI11 does not report their number.
  }
  return name;
}

std::string operand_name(const CLI::Option& operand) {
  const std::string value = value_of(operand);
  // CLI11's word for any string says less than the operand's own name.
  return value.empty() || value == "TEXT" ? upper_case(operand.get_name()) : value;
}

namespace {

OptionText describe(const CLI::Option& option) {
  OptionText text;
  for (const std::string& name : option.get_snames())
    text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames())
    text.names.push_back("--" + name);
  text.value = text.names.empty() ? operand_name(option) : value_of(option);
  text.text = option.get_description();
  text.group = option.get_group();
  text.is_required = option.get_required();
  text.is_repeated = option.get_items_expected_max() > 1;
  return text;
}

std::string in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::vector<const CLI::Option*> inherited_options(const CLI::App& app) {
  std::vector<const CLI::Option*> inherited;
  for (const CLI::App* each = &app; each->get_fallthrough() && each->get_parent() != nullptr;) {
    each = each->get_parent();
    for (const CLI::Option* const option : each->get_options())
      if (option->nonpositional() && !option->get_group().empty() && option != each->get_help_ptr())
        inherited.push_back(option);
  }
  return inherited;
}

CommandText describe(CLI::App& app) {
  CommandText command{app.get_name(), in_one_line(app.get_description()), {}, {}, {}};
  for (CLI::Option* const option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->nonpositional() ? command.options : command.operands).push_back(describe(*option));
  }
  for (const CLI::Option* const option : inherited_options(app))
    command.options.push_back(describe(*option));
  for (CLI::App* const each : app.get_subcommands({}))
    if (!each->get_group().empty()) command.commands.push_back(describe(*each));
  return command;
}

std::string summary(const std::string& text) {
  std::size_t end = text.find(". ");
  if (end == std::string::npos) end = text.ends_with('.') ? text.size() - 1 : text.size();
  return text.substr(0, end);
}

std::vector<std::string> choices(const std::string& value) {
  std::vector<std::string> all;
  if (value.find('|') == std::string::npos) return all;
  std::string_view left = value;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('|'), left.size());
    all.emplace_back(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  // GLOB|DIR lists kinds of values, not values.
  const auto is_literal = [](const std::string& each) {
    return std::ranges::none_of(each, [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  if (!std::ranges::all_of(all, is_literal)) all.clear();
  return all;
}

Names names_of(const std::string& value) {
  if (value.find("FILE") != std::string::npos || value.find("GLOB") != std::string::npos)
    return Names::files;
  return value.find("DIR") != std::string::npos ? Names::folders : Names::none;
}

Names names_of_operands(const CommandText& command) {
  Names names = Names::none;
  for (const OptionText& operand : command.operands)
    names = std::max(names, names_of(operand.value), [](Names one, Names other) {
      return one == Names::none || (one == Names::folders && other == Names::files);
    });
  return names;
}

}  // namespace shaman::cli
