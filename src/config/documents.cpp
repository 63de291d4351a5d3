// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/documents.hpp"

#include <algorithm>

namespace shaman::config {
namespace {

constexpr std::size_t kLineWidth = 96;

// Breaks text into comment lines.
std::string comment(const std::string& text, const std::string& indent) {
  std::string out;
  std::string line;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && indent.size() + 2 + line.size() + 1 + word.size() > kLineWidth) {
      out += indent + "# " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return out + indent + "# " + line + "\n";
}

// YAML reads some texts as other values.
std::string as_yaml(const std::string& value) {
  const bool is_plain =
      !value.empty() && value.find_first_of(":#{}[],&*!|>'\"%@`") == std::string::npos;
  return is_plain ? value : "\"" + value + "\"";
}

std::string value_text(const Option& option) {
  if (option.defaults.empty()) return option.example;
  return as_yaml(option.defaults.front());
}

std::string group_of(const Option& option) {
  const std::size_t dot = option.key.find('.');
  return dot == std::string::npos ? "" : option.key.substr(0, dot);
}

std::string table_cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

}  // namespace

std::string sample_file(const Table& table, std::string_view head) {
  std::string out(head);
  out +=
      "#\n"
      "# Durations are 500ms, 2s, 90m, 36h, 7d, 1h30m. Sizes are 1000, 64K, 1.5GiB; K, KB and KiB "
      "are\n"
      "# 1024 bytes. Rates are sizes per second: 10M or 10M/s.\n";
  std::string section;
  std::string group;
  for (const Option& option : table.options()) {
    if (option.section != section) {
      section = option.section;
      out += "\n# ---- " + section + "\n";
    }
    const std::string its_group = group_of(option);
    if (its_group != group) {
      group = its_group;
      if (!group.empty()) out += "\n" + group + ":\n";
    }
    const std::string indent = group.empty() ? "" : "  ";
    const std::string name = group.empty() ? option.key : option.key.substr(group.size() + 1);
    out +=
        "\n" + comment(option.text + (option.reload == Reload::live ? "." : ". (restart)"), indent);
    out += indent + "# " + name + ": " + value_text(option) + "\n";
  }
  return out;
}

std::string markdown(const Table& table) {
  std::string out;
  std::string section;
  for (const Option& option : table.options()) {
    if (option.section != section) {
      section = option.section;
      out += "\n## " + section + "\n\n| option | | default | |\n|---|---|---|---|\n";
    }
    out += "| `" + option.key + "` | " + table_cell(option.type) + " | " +
           table_cell(option.shown_default()) + " | " + table_cell(option.text) +
           (option.reload == Reload::live ? "" : " (restart)") + " |\n";
  }
  return out;
}

}  // namespace shaman::config
