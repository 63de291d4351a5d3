// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/exit_status.hpp"

/// The return values of main().
namespace shaman::program {

inline constexpr int kCommandFailed = static_cast<int>(ExitStatus::failed);
inline constexpr int kCommandUsage = static_cast<int>(ExitStatus::bad_input);
inline constexpr int kIncomplete = static_cast<int>(ExitStatus::incomplete);
inline constexpr int kOutOfReach = static_cast<int>(ExitStatus::out_of_reach);

}  // namespace shaman::program
