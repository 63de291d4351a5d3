// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/jobs/farm.hpp"

#include "flamenco/expiry/effort.hpp"

namespace shaman::jobs {

/// With `/` in place of each `\`.
[[nodiscard]] std::string with_slashes(std::string_view text);

/// A text with slashes, as workers may get to see it: with the values of the farm's variables, on
/// each platform, and without quotes and escapes. Placeholders that nobody knows stay; so does
/// `{jobs}`. Addresses of the web are left out.
/// None where the effort is used up.
[[nodiscard]] std::vector<std::string> readings_of(std::string_view text, const Farm& farm,
                                                   Effort& effort);

}  // namespace shaman::jobs
