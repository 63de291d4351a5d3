// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/utc.hpp"

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

}  // namespace
}  // namespace shaman
