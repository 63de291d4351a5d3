// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/completion.hpp"
#include "cli/walk.hpp"

namespace shaman::cli {
namespace {

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string value_switches(const OptionText& option) {
  const std::vector<std::string> all = choices(option.value);
  if (!all.empty()) {
    std::string words;
    for (const std::string& each : all)
      words += (words.empty() ? "" : " ") + each;
    return " -x -a " + fish_quoted(words);
  }
  switch (names_of(option.value)) {
    case Names::files:
      return " -r -F";
    case Names::folders:
      return " -x -a '(__fish_complete_directories)'";
    case Names::none:
      break;
  }
  return option.value.empty() ? "" : " -x";
}

void add_fish_option(const OptionText& option, const std::string& line, std::string& out) {
  out += line;
  for (const std::string& name : option.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  out += value_switches(option) + " -d " + fish_quoted(summary(option.text)) + "\n";
}

}  // namespace

std::string fish_completion(const CommandText& program) {
  const std::string where = "_" + function_name(program.name) + "_path";
  std::string paths;
  std::string lines;
  walk(program, [&](const CommandText& command, const std::string& path) {
    if (!path.empty()) paths += " " + path;
    const std::string line =
        "complete -c " + program.name + " -n 'test (" + where + ") = \"" + path + "\"'";
    for (const CommandText& each : command.commands)
      lines += line + " -a " + each.name + " -d " + fish_quoted(summary(each.text)) + "\n";
    for (const OptionText& option : command.options)
      add_fish_option(option, line, lines);
    if (names_of_operands(command) != Names::none) lines += line + " -F\n";
  });
  return "# Completes " + program.name + " in fish; written by `" + program.name +
         " completion fish`.\nfunction " + where + R"( -d 'The command that was typed so far'
    set -l path ''
    for word in (commandline -opc)[2..]
        contains -- $path/$word)" +
         paths + R"(; and set path $path/$word
    end
    echo $path
end
complete -c )" +
         program.name + " -f\n" + lines;
}

}  // namespace shaman::cli
