// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace shaman {

/// The moment of a broken-down time in UTC; the same on every system (timegm() is not everywhere).
/// `parts.tm_mon` and the fields below it are expected within their ranges.
[[nodiscard]] inline std::chrono::system_clock::time_point from_utc(const std::tm& parts) {
  using namespace std::chrono;
  const year_month_day date{year(parts.tm_year + 1900),
                            month(static_cast<unsigned>(parts.tm_mon) + 1),
                            day(static_cast<unsigned>(parts.tm_mday))};
  return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

/// `2026-12-31T23:59:59Z`.
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

/// RFC 3339, 5.6: `2026-04-13T12:00:00.5+02:00`. Nothing if it is invalid.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_rfc3339(
    std::string_view text);

}  // namespace shaman
