// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace shaman::program {

/// What the commands are called, in the order of the manual.
[[nodiscard]] std::vector<std::string> command_names();

/// `shaman-server gc …`, `erase …`, `verify …`, `pin …`, `unpin …`, `pins`, `checkouts …` and
/// `check-manager …`: work on a storage, beside a running server or without one. The exit status,
/// or nothing where the first argument is no such command.
[[nodiscard]] std::optional<int> run_command(int argc, char** argv);

}  // namespace shaman::program
