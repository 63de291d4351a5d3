// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"

/// Parses command lines, with the same error messages in both programs.
namespace shaman::cli {

/// Arguments without the program's name, as CLI11 understands them: `help` and `help COMMAND…`
/// become `--help`.
[[nodiscard]] std::vector<std::string> with_help_as_option(std::vector<std::string> arguments);

/// Parses the arguments, without the program's name. Nothing: continue. Else the program ends here:
/// with the output of --help or --version, or with errc::invalid_argument, which says what is
/// wrong, suggests a similar command or option if there is one, and says in a separate line how to
/// get help. `own_apps` are commands of the program that the app does not know, because each has
/// its own app.
[[nodiscard]] std::optional<result<std::string>> parse(
    CLI::App& app, std::vector<std::string> arguments,
    const std::vector<std::string>& own_apps = {});

/// Whether `--json` is among the arguments, parsed or not.
[[nodiscard]] bool wants_json(const std::vector<std::string>& arguments);

}  // namespace shaman::cli
