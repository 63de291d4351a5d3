// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

namespace shaman::program {

/// `shaman-server gc …`, `erase …`, `verify …`, `pin …`, `unpin …`, `pins`, `expired …` and
/// `check-manager …`: work on a storage, beside a running server or without one. The exit status,
/// or nothing where the first argument is no such command.
[[nodiscard]] std::optional<int> run_command(int argc, char** argv);

}  // namespace shaman::program
