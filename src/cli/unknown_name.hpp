// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// The names of a command line, and sentences about unknown names.
namespace shaman::cli {

/// `shaman job list`.
[[nodiscard]] std::string whole_name(const CLI::App& command);

/// The names of a command's own commands.
[[nodiscard]] std::vector<std::string> commands_of(CLI::App& command);

/// The names of the options that can follow a command, with their dashes.
[[nodiscard]] std::vector<std::string> options_of(const CLI::App& command);

/// The given command, for `job list` the innermost of both; `app` itself if there is none.
[[nodiscard]] CLI::App& given_command(CLI::App& app);

/// Says that `argument`, which the parser did not take, is not an option of its command, and
/// suggests one.
[[nodiscard]] std::string unknown_option(CLI::App& app, const std::string& argument);

/// Says that `argument` is not a command of `command`, and suggests one.
[[nodiscard]] std::string unknown_command(const CLI::App& command, const std::string& argument,
                                          const std::vector<std::string>& commands);

}  // namespace shaman::cli
