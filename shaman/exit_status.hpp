// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace shaman::program {

inline constexpr int kCommandFailed = 1;
inline constexpr int kCommandUsage = 2;

}  // namespace shaman::program
