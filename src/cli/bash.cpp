// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/completion.hpp"
#include "cli/walk.hpp"

namespace shaman::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string all;
  for (const std::string& word : words)
    all += (all.empty() ? "" : between) + word;
  return all;
}

const char* compgen_of(Names names) {
  return names == Names::files ? "-f" : names == Names::folders ? "-d" : "";
}

// Which words are commands in their position: all of `/submit`, `/job/list`.
std::string known_paths(const CommandText& program) {
  std::vector<std::string> paths;
  walk(program, [&](const CommandText&, const std::string& path) {
    if (!path.empty()) paths.push_back(path);
  });
  return paths.empty() ? "''" : joined(paths, " | ");
}

// After an option that takes a value.
std::string value_cases(const CommandText& program) {
  std::string cases;
  walk(program, [&](const CommandText& command, const std::string& path) {
    for (const OptionText& option : command.options) {
      if (option.value.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names)
        patterns.push_back(path + ":" + name);
      cases += "    " + joined(patterns, " | ") + ")\n";
      const std::vector<std::string> all = choices(option.value);
      const std::string names = compgen_of(names_of(option.value));
      if (!all.empty())
        cases += "      mapfile -t COMPREPLY < <(compgen -W '" + joined(all, " ") +
                 "' -- \"$current\")\n";
      else if (!names.empty())
        cases += "      compopt -o filenames 2>/dev/null\n      mapfile -t COMPREPLY < <(compgen " +
                 names + " -- \"$current\")\n";
      cases += "      return ;;\n";
    }
  });
  return cases;
}

std::string word_cases(const CommandText& program) {
  std::string cases;
  walk(program, [&](const CommandText& command, const std::string& path) {
    std::vector<std::string> words;
    for (const CommandText& each : command.commands)
      words.push_back(each.name);
    for (const OptionText& option : command.options)
      words.insert(words.end(), option.names.begin(), option.names.end());
    cases += "    '" + path + "') words='" + joined(words, " ") + "' files='" +
             compgen_of(names_of_operands(command)) + "' ;;\n";
  });
  return cases;
}

}  // namespace

std::string bash_completion(const CommandText& program) {
  const std::string function = function_name(program.name);
  return "# Completes " + program.name + " in bash; written by `" + program.name +
         " completion bash`.\n" + function + R"(() {
  local current=${COMP_WORDS[COMP_CWORD]} previous='' path='' words='' files='' i
  ((COMP_CWORD == 0)) || previous=${COMP_WORDS[COMP_CWORD - 1]}
  # Bash takes --option=value for three words.
  if [[ $current == = ]]; then
    current=''
  elif [[ $previous == = ]] && ((COMP_CWORD > 1)); then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $path/${COMP_WORDS[i]} in
    )" + known_paths(program) +
         R"() path=$path/${COMP_WORDS[i]} ;;
    esac
  done
  COMPREPLY=()
  case $path:$previous in
)" + value_cases(program) +
         R"(  esac
  case $path in
)" + word_cases(program) +
         R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ $files && $current != -* ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "$files" -- "$current")
  fi
}
complete -F )" +
         function + " " + program.name + "\n";
}

}  // namespace shaman::cli
