// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>

#include "cli/command_text.hpp"

namespace shaman::cli {

/// Calls visit(command, path) for the program and all its commands at every level; the program's
/// path is empty, a command's is `/job/list`.
template <class Visit>
void walk(const CommandText& command, const Visit& visit, const std::string& path = "") {
  visit(command, path);
  for (const CommandText& each : command.commands)
    walk(each, visit, path + "/" + each.name);
}

/// `shaman-server` as the name of a shell's function: `_shaman_server`.
[[nodiscard]] inline std::string function_name(std::string name) {
  for (char& c : name)
    if (c == '-' || c == '/' || c == ' ') c = '_';
  return "_" + name;
}

}  // namespace shaman::cli
