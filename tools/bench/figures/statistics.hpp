// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace shaman::bench {

/// The middle value; for an even number of values the mean of the two in the middle. NaN for no
/// values. The order of the values does not matter.
[[nodiscard]] double median(std::span<const double> values);

/// The smallest value that at least `percent` percent of the values do not exceed (nearest rank),
/// 0 < percent <= 100. NaN for no values.
[[nodiscard]] double percentile(std::span<const double> values, double percent);

}  // namespace shaman::bench
