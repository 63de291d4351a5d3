// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/parse_error.hpp"

#include <string_view>

#include "cli/command_text.hpp"
#include "cli/unknown_name.hpp"

namespace shaman::cli {
namespace {

// The parser's sentence in three parts: `--server`, `: 1 required `, `URL missing`.
struct Sentence {
  bool is_it = false;
  std::string before;
  std::string after;
};

Sentence split(const std::string& text, std::string_view middle, std::string_view end = "") {
  const std::size_t at = text.find(middle);
  if (at == std::string::npos || !text.ends_with(end)) return {};
  const std::size_t begin = at + middle.size();
  if (begin + end.size() > text.size()) return {};
  return {true, text.substr(0, at), text.substr(begin, text.size() - end.size() - begin)};
}

// Finds it by the parser's name: `--role`, `checkout`.
std::string missing(CLI::App& command, const std::string& name) {
  const CLI::Option* const option = command.get_option_no_throw(name);
  if (option == nullptr || option->nonpositional())
    return whole_name(command) + " needs the option " + name;
  return whole_name(command) + " needs an argument: " + operand_name(*option);
}

}  // namespace

std::string in_words(CLI::App& command, const CLI::ParseError& error) {
  const std::string text = error.what();
  if (const Sentence value = split(text, ": 1 required ", " missing"); value.is_it)
    return value.before + " needs a value: " + value.after;
  if (const Sentence times = split(text, ": At Most 1 required but received "); times.is_it)
    return times.before + " is given " + times.after + " times; give it once";
  if (const Sentence both = split(text, " excludes "); both.is_it)
    return both.before + " cannot be combined with " + both.after + "; leave out one of them";
  if (const Sentence needed = split(text, " is required", ""); needed.is_it && needed.after.empty())
    return missing(command, needed.before);
  // Only flags have values of a type that the parser converts.
  if (const Sentence flag = split(text, "Could not convert: "); flag.is_it)
    return flag.after.substr(0, flag.after.find(" = ")) + " takes no value";
  // Other flags, whose names the parser reports without dashes.
  if (const Sentence flag = split(text, " was given a disallowed flag override"); flag.is_it)
    return "--" + flag.before + " takes no value";
  return text;
}

std::string operands_of(CLI::App& command) {
  std::string all;
  for (const OptionText& operand : describe(command).operands)
    all += (all.empty() ? "" : ", ") + operand.value;
  return all.empty() ? "no arguments" : "only " + all;
}

}  // namespace shaman::cli
