// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// The names that a command line has, and sentences on those that it does not have.
namespace shaman::cli {

/// `shaman job list`.
[[nodiscard]] std::string whole_name(const CLI::App& command);

/// The names of a command's own commands.
[[nodiscard]] std::vector<std::string> commands_of(CLI::App& command);

/// The names of the options that can follow a command, with their dashes.
[[nodiscard]] std::vector<std::string> options_of(const CLI::App& command);

/// The command that was given, `job list` as the innermost of both; `app` itself where there is
/// none.
[[nodiscard]] CLI::App& given_command(CLI::App& app);

/// That `argument`, which the parser left over, is no option of the command that it belongs to; and
/// which one may have been meant.
[[nodiscard]] std::string unknown_option(CLI::App& app, const std::string& argument);

/// That `argument` is none of the commands that `command` has; and which one may have been meant.
[[nodiscard]] std::string unknown_command(const CLI::App& command, const std::string& argument,
                                          const std::vector<std::string>& commands);

}  // namespace shaman::cli
