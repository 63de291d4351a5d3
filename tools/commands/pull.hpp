// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace shaman::tools {

/// The folder of the cache of this machine's pulls: the given one, or the default, which depends on
/// the machine.
[[nodiscard]] std::string cache_folder_of(const std::string& given);

/// `shaman checkout pull`, as a subcommand of `checkout`.
[[nodiscard]] Command add_pull(CLI::App& checkout);

}  // namespace shaman::tools
