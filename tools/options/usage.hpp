// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// What the program says of its command line, apart from what each command does.
namespace shaman::tools {

/// Arguments without the program's name, as CLI11 understands them: no argument at all, `help` and
/// `help COMMAND…` become `--help`.
[[nodiscard]] std::vector<std::string> with_help_as_option(std::vector<std::string> arguments);

/// What is wrong with the arguments that did not parse, with the nearest command or option where
/// one may have been meant.
[[nodiscard]] std::string wrong_usage(CLI::App& app, const CLI::ParseError& error);

/// Whether the arguments name a command that there is not.
[[nodiscard]] bool names_unknown_command(CLI::App& app);

/// The command that was given, `job list` as the innermost of both; `app` itself where there is
/// none.
[[nodiscard]] CLI::App& given_command(CLI::App& app);

/// Whether `--json` is among the arguments, parsed or not.
[[nodiscard]] bool wants_json(const std::vector<std::string>& arguments);

}  // namespace shaman::tools
