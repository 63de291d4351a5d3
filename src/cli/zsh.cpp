// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/completion.hpp"
#include "cli/walk.hpp"

namespace shaman::cli {
namespace {

std::string zsh_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string action(const std::string& value) {
  const std::vector<std::string> all = choices(value);
  if (!all.empty()) {
    std::string words = "(";
    for (const std::string& each : all)
      words += (words.size() > 1 ? " " : "") + each;
    return words + ")";
  }
  switch (names_of(value)) {
    case Names::files:
      return "_files";
    case Names::folders:
      return "_files -/";
    case Names::none:
      break;
  }
  return " ";
}

// `'*--include[…]:GLOB:_files'`, one for each name.
void add_zsh_option(const OptionText& option, std::string& out) {
  std::string about = "[" + summary(option.text) + "]";
  for (std::size_t at = 1; (at = about.find_first_of("[]\\", at)) + 1 < about.size(); at += 2)
    about.insert(at, "\\");
  for (const std::string& name : option.names) {
    std::string spec = (option.is_repeated ? "*" : "") + name + about;
    std::string value = option.value;
    for (char& c : value)
      if (c == ':') c = ' ';
    if (!value.empty()) spec += ":" + value + ":" + action(option.value);
    out += " \\\n    " + zsh_quoted(spec);
  }
}

void add_function(const CommandText& command, const std::string& name, std::string& out) {
  out += name +
         "() {\n  local context state state_descr line ret=1\n  typeset -A opt_args\n"
         "  _arguments -C -S";
  for (const OptionText& option : command.options)
    add_zsh_option(option, out);
  if (command.commands.empty()) {
    const Names names = names_of_operands(command);
    if (!command.operands.empty())
      out +=
          std::string(" \\\n    '*:") + (names == Names::none ? "operand: " : "file:_files") + "'";
    out += " && ret=0\n  return ret\n}\n";
    return;
  }
  out +=
      " \\\n    '1: :->command' \\\n    '*:: :->rest' && ret=0\n  case $state in\n"
      "  command)\n    local -a commands=(";
  for (const CommandText& each : command.commands)
    out += "\n      " + zsh_quoted(each.name + ":" + summary(each.text));
  out +=
      "\n    )\n    _describe -t commands command commands && ret=0 ;;\n  rest)\n"
      "    case $words[1] in\n";
  for (const CommandText& each : command.commands)
    out += "    " + each.name + ") " + name + "_" + function_name(each.name) + " && ret=0 ;;\n";
  out += "    esac ;;\n  esac\n  return ret\n}\n";
  for (const CommandText& each : command.commands)
    add_function(each, name + "_" + function_name(each.name), out);
}

}  // namespace

std::string zsh_completion(const CommandText& program) {
  const std::string function = function_name(program.name);
  std::string out =
      "#compdef " + program.name + "\n# Written by `" + program.name + " completion zsh`.\n";
  add_function(program, function, out);
  // Autoloaded, the file is the function's body; sourced, it only defines the functions.
  return out + "if [[ $funcstack[1] == " + function + " ]]; then\n  " + function +
         " \"$@\"\nelse\n  compdef " + function + " " + program.name + "\nfi\n";
}

}  // namespace shaman::cli
