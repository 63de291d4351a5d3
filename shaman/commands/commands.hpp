// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace shaman::program {

/// The names of the commands, in the order of the manual.
[[nodiscard]] std::vector<std::string> command_names();

/// `shaman-server gc …`, `erase …`, `verify …`, `pin …`, `unpin …`, `pins`, `checkouts …` and
/// `check-manager …`: work on a storage, with or without a running server. Returns the exit status,
/// or nothing if the first argument is not such a command.
[[nodiscard]] std::optional<int> run_command(int argc, char** argv);

}  // namespace shaman::program
