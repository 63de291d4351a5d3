// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/command_text.hpp"

/// Each command defines its command line when it runs. To write man pages and completions of all,
/// each is run with a hidden option that describes the definitions so far, and ends the command.
namespace shaman::program {

void add_describe_option(CLI::App& app);

/// `run` parses its arguments with an app that has the option.
[[nodiscard]] cli::CommandText describe(const std::function<void(int, char**)>& run,
                                        std::string name);

}  // namespace shaman::program
