// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace shaman::tools {

/// Adds `--exclude GLOB` and `--include GLOB|DIR`, the same for every subcommand that takes files
/// along. Each may be given several times.
void add_file_options(CLI::App& options, std::vector<std::string>& exclude,
                      std::vector<std::string>& include);

}  // namespace shaman::tools
