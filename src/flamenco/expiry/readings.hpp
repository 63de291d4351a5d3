// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "shaman/effort.hpp"
#include "shaman/jobs/farm.hpp"

namespace shaman::jobs {

/// With `/` in place of each `\`.
[[nodiscard]] std::string with_slashes(std::string_view text);

/// Calls `read` with a text as workers may get to see it: with slashes, with the values of the
/// farm's variables, on each platform, and without quotes and escapes. Placeholders that nobody
/// knows stay; so does `{jobs}`. Addresses of the web are left out. A long text is read in pieces
/// that overlap by the longest path that a system opens, and one that can be no path not at all.
/// Some or none where the effort is used up.
void each_reading(std::string_view text, const Farm& farm, Effort& effort,
                  const std::function<void(const std::string& reading)>& read);

/// No system opens a longer path.
inline constexpr std::size_t kLongestPath = 4096;

}  // namespace shaman::jobs
