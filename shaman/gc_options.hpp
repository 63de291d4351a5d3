// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "shaman/gc.hpp"

namespace shaman::program {

/// The options that say what is collected. `prefix` is what they begin with: `--` or `--gc-`.
void add_gc_policies(CLI::App& app, const std::string& prefix, GcOptions& options);

}  // namespace shaman::program
