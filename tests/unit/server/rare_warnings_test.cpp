// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log/rare_warnings.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(RareWarnings, EachIsDueOnceAnHour) {
  RareWarnings warnings;
  const Clock::time_point now;
  EXPECT_TRUE(warnings.is_due("one", now));
  EXPECT_FALSE(warnings.is_due("one", now + std::chrono::minutes(59)));
  EXPECT_TRUE(warnings.is_due("two", now));
  EXPECT_TRUE(warnings.is_due("one", now + std::chrono::minutes(60)));
}

TEST(RareWarnings, ThereAreOnlyAFew) {
  RareWarnings warnings;
  const Clock::time_point now;
  for (std::size_t i = 0; i < RareWarnings::kMost; ++i)
    EXPECT_TRUE(warnings.is_due(std::to_string(i), now));
  EXPECT_FALSE(warnings.is_due("one more", now));
  EXPECT_TRUE(warnings.is_due("one more", now + RareWarnings::kPause));
}

}  // namespace
}  // namespace shaman::http
