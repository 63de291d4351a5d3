// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/rate_limit.hpp"

#include <gtest/gtest.h>

namespace shaman::client {
namespace {

using namespace std::chrono_literals;
using Time = RateLimit::Clock::time_point;

TEST(RateLimit, SpreadsBytesOverTime) {
  RateLimit limit(1000);
  const Time start{1h};
  EXPECT_EQ(limit.book(500, start), start);
  EXPECT_EQ(limit.book(500, start), start + 500ms);
  EXPECT_EQ(limit.book(1000, start + 100ms), start + 1s);
}

TEST(RateLimit, WhatWasNotSentInTimeIsNotMadeUpFor) {
  RateLimit limit(1000);
  const Time start{1h};
  EXPECT_EQ(limit.book(1, start), start);
  EXPECT_EQ(limit.book(1000, start + 1h), start + 1h);
  EXPECT_EQ(limit.book(1000, start + 1h), start + 1h + 1s);
}

TEST(RateLimit, ALowOneIsASlowStream) {
  EXPECT_EQ(RateLimit(80'000).piece(1 << 18), 10'000U);
  EXPECT_EQ(RateLimit(10).piece(1 << 18), 1024U);
  EXPECT_EQ(RateLimit(std::uint64_t{1} << 40).piece(1 << 18), std::size_t{1} << 18);
}

}  // namespace
}  // namespace shaman::client
