// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/jobs/farm.hpp"

namespace shaman::jobs {

/// With `/` in place of each `\`.
[[nodiscard]] std::string with_slashes(std::string_view text);

/// A text with slashes, as workers may get to see it: with the values of the farm's variables, on
/// each platform, without quotes and escapes, and with `**` for what a shell would run.
/// Placeholders that nobody knows stay; so does `{jobs}`. Addresses of the web are left out.
[[nodiscard]] std::vector<std::string> readings_of(std::string_view text, const Farm& farm);

}  // namespace shaman::jobs
