// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace shaman::tools {

/// `shaman checkout pull`, as a subcommand of `checkout`.
[[nodiscard]] Command add_pull(CLI::App& checkout);

}  // namespace shaman::tools
