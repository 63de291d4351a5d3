// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/man_page.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>

#include "cli/exit_status.hpp"

namespace shaman::cli {
namespace {

// Removes and returns the first code point of well-formed UTF-8.
std::uint32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t code = length == 1 ? first : first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(std::min(length, text.size()));
  return code;
}

// Escapes text so that roff prints exactly these characters, even at the start of a line.
std::string roff(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::uint32_t code = take_code_point(text);
    switch (code) {
      case '\\':
        out += "\\(rs";
        break;
      case '-':
        out += "\\-";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '"':
        out += "\\(dq";
        break;
      default:
        if (code < 0x80) {
          out += static_cast<char>(code);
        } else {
          char escaped[16];
          std::snprintf(escaped, sizeof escaped, "\\[u%04X]", static_cast<unsigned>(code));
          out += escaped;
        }
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

// The words that call the command, and its optional and required arguments.
std::string synopsis(const CommandText& command, const std::string& called) {
  std::string line = bold(called);
  if (!command.options.empty()) line += " [" + italic("OPTIONS") + "]";
  for (const OptionText& operand : command.operands) {
    const std::string value = italic(operand.value) + (operand.is_repeated ? " ..." : "");
    line += operand.is_required ? " " + value : " [" + value + "]";
  }
  return line + "\n";
}

std::string option(const OptionText& option) {
  std::string names;
  for (const std::string& name : option.names)
    names += (names.empty() ? "" : ", ") + bold(name);
  if (!option.value.empty()) names += " " + italic(option.value);
  return ".TP\n" + names + "\n" + roff(option.text) + "\n";
}

std::string options(const CommandText& command, bool has_headings) {
  std::string out;
  std::string group;
  for (const OptionText& each : command.options) {
    if (has_headings && each.group != group && each.group != "Options")
      out += ".SS " + roff(each.group) + "\n";
    group = each.group;
    out += option(each);
  }
  return out;
}

std::string statuses() {
  std::string out = ".SH EXIT STATUS\n";
  for (const auto& [status, text] : exit_statuses())
    out += ".TP\n" + bold(std::to_string(static_cast<int>(status))) + "\n" + roff(text) + ".\n";
  return out;
}

void add_commands(const CommandText& parent, const std::string& called, std::string& out) {
  for (const CommandText& command : parent.commands) {
    const std::string name = called + " " + command.name;
    out += ".SS " + roff(name) + "\n" + roff(command.text) + "\n.PP\n";
    if (command.commands.empty()) out += synopsis(command, name);
    out += options(command, false);
    add_commands(command, name, out);
  }
}

}  // namespace

std::string man_page(const CommandText& program, int section, std::string_view version) {
  std::string what = summary(program.text);
  if (!what.empty()) what[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(what[0])));
  std::string out = ".\\\" Written by `" + program.name + " man`.\n";
  out += ".TH " + roff(upper_case(program.name)) + " " + std::to_string(section) +
         " \"\" \"Shaman " + std::string(version) + "\" \"Shaman\"\n";
  out += ".SH NAME\n" + roff(program.name) + " \\- " + roff(what) + "\n";
  out += ".SH SYNOPSIS\n" + synopsis(program, program.name);
  if (!program.commands.empty())
    out += ".br\n" + bold(program.name) + " " + italic("COMMAND") + " [" + italic("OPTIONS") +
           "] ...\n";
  out += ".SH DESCRIPTION\n" + roff(program.text) + "\n";
  out += ".SH OPTIONS\n" + options(program, true);
  if (!program.commands.empty()) out += ".SH COMMANDS\n";
  add_commands(program, program.name, out);
  out += statuses();
  out += ".SH SEE ALSO\n" +
         (section == 1 ? bold("shaman-server") + "(8)" : bold("shaman") + "(1)") + "\n";
  return out;
}

}  // namespace shaman::cli
