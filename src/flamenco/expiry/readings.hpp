// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "shaman/effort.hpp"
#include "shaman/jobs/farm.hpp"

namespace shaman::jobs {

/// Replaces each `\` by `/`.
[[nodiscard]] std::string with_slashes(std::string_view text);

/// Calls `read` with each form in which workers may see a text: with slashes, with the values of
/// the farm's variables on each platform, and without quotes and escapes. Unknown placeholders and
/// `{jobs}` stay. Leaves out web addresses. Reads a long text in pieces that overlap by the longest
/// path that a system opens, and skips a text that cannot contain a path. Calls it for some forms
/// or none if the effort is used up.
void each_reading(std::string_view text, const Farm& farm, Effort& effort,
                  const std::function<void(const std::string& reading)>& read);

/// The length of the longest path that a system opens, in bytes.
inline constexpr std::size_t kLongestPath = 4096;

}  // namespace shaman::jobs
