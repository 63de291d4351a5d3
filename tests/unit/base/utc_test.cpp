// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/utc.hpp"

#include <gtest/gtest.h>

namespace shaman {
namespace {

std::time_t seconds_of(int year, int month, int day, int hour, int minute, int second) {
  std::tm parts{};
  parts.tm_year = year - 1900;
  parts.tm_mon = month - 1;
  parts.tm_mday = day;
  parts.tm_hour = hour;
  parts.tm_min = minute;
  parts.tm_sec = second;
  return std::chrono::system_clock::to_time_t(from_utc(parts));
}

TEST(FromUtc, CountsSecondsSince1970WhereverItRuns) {
  EXPECT_EQ(seconds_of(1970, 1, 1, 0, 0, 0), 0);
  EXPECT_EQ(seconds_of(2024, 2, 29, 23, 59, 59), 1'709'251'199);
  EXPECT_EQ(seconds_of(2026, 11, 25, 17, 48, 21), 1'795'628'901);
  EXPECT_EQ(seconds_of(1969, 12, 31, 23, 59, 59), -1);
  // A leap second reads as the next minute's first.
  EXPECT_EQ(seconds_of(2016, 12, 31, 23, 59, 60), 1'483'228'800);
}

TEST(ParseRfc3339, TakesWholeTimesAndNothingElse) {
  const auto noon = parse_rfc3339("2026-04-13T12:00:00Z");
  ASSERT_TRUE(noon);
  EXPECT_EQ(noon->time_since_epoch(), std::chrono::seconds(1776081600));
  EXPECT_EQ(parse_rfc3339("2026-04-13T14:00:00+02:00"), noon);
  EXPECT_EQ(parse_rfc3339("2026-04-13T06:30:00-05:30"), noon);
  for (const char* const wrong :
       {"", "2026-04-13", "2026-04-13T12:00:00", "2026-04-31T12:00:00Z", "2026-04-13T24:00:00Z",
        "2026-04-13T12:00:00.Z", "2026-04-13T12:00:00Zx", "2026-04-13 12:00:00Z",
        "2026-04-13T12:00:00+2:00", "-026-04-13T12:00:00Z", "2026-04-13T12:00:00,5Z"})
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
}

}  // namespace
}  // namespace shaman
