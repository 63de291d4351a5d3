// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <stop_token>

namespace shaman {

/// Waits so long, or until a stop is requested. Whether it lasted until its end.
[[nodiscard]] bool pause_for(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace shaman
