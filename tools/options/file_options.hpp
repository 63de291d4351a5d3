// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/pack/plan.hpp"

/// Which files a command is about; the same options for each.
namespace shaman::tools {

/// `--project` and `--allow-outside`: what counts as outside, and what of that may leave.
void add_project_options(CLI::App& options, std::string& project,
                         std::vector<std::string>& allow_outside);
/// `--exclude`.
void add_exclude_option(CLI::App& options, std::vector<std::string>& exclude);
/// What the configuration says of files, for commands that plan without sending.
void add_configured(pack::PlanOptions& plan);
/// `--include`.
void add_include_option(CLI::App& options, std::vector<std::string>& include);

}  // namespace shaman::tools
