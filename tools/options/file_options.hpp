// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/pack/plan.hpp"

/// The options that select files, the same for each command.
namespace shaman::tools {

/// `--project` and `--allow-outside`: which files count as outside, and which of them may leave.
void add_project_options(CLI::App& options, std::string& project,
                         std::vector<std::string>& allow_outside);
/// `--exclude`.
void add_exclude_option(CLI::App& options, std::vector<std::string>& exclude);
/// The configuration's settings for files, for commands that plan without sending.
void add_configured(pack::PlanOptions& plan);
/// `--include`.
void add_include_option(CLI::App& options, std::vector<std::string>& include);

}  // namespace shaman::tools
