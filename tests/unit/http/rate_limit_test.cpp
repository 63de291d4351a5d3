// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/rate_limit.hpp"

#include <algorithm>
#include <vector>

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

// Lanes that each send a piece, and then come late to their next turn, as on a machine whose cores
// are busy: how long sending takes by a simulated clock.
std::chrono::duration<double> time_to_send(RateLimit& limit, std::size_t lanes, std::size_t pieces,
                                           std::size_t piece, std::chrono::milliseconds late) {
  const Time start{1h};
  std::vector<Time> clocks(lanes, start);
  for (std::size_t i = 0; i < pieces; ++i) {
    Time& now = *std::ranges::min_element(clocks);
    now = std::max(now, limit.book(piece, now)) + late;
  }
  return *std::ranges::max_element(clocks) - start;
}

TEST(RateLimit, IsReachedThoughEveryPieceIsSentLate) {
  constexpr std::size_t kPiece = 256 * 1024;
  constexpr std::size_t kPieces = 2000;
  const double seconds_due = double(kPiece) * kPieces / 50e6;
  for (const std::size_t lanes : {std::size_t{1}, std::size_t{4}}) {
    RateLimit limit(50'000'000);
    const double taken = time_to_send(limit, lanes, kPieces, kPiece, 5ms).count();
    EXPECT_NEAR(taken, seconds_due, 0.1) << lanes;
  }
}

TEST(RateLimit, IsNotExceededByMoreThanOneSecondsWorth) {
  RateLimit limit(1000);
  const Time start{1h};
  EXPECT_EQ(limit.book(1, start), start);
  // An hour of silence is worth one second.
  const Time later = start + 1h;
  for (int piece = 0; piece <= 10; ++piece)
    EXPECT_LE(limit.book(100, later), later) << piece;
  EXPECT_EQ(limit.book(100, later), later + 100ms);
  EXPECT_EQ(limit.book(100, later), later + 200ms);
}

TEST(RateLimit, GivesNothingInAdvance) {
  RateLimit limit(1000);
  const Time start{1h};
  EXPECT_EQ(limit.book(1000, start), start);
  EXPECT_EQ(limit.book(1000, start), start + 1s);
}

TEST(RateLimit, ALowOneIsASlowStream) {
  EXPECT_EQ(RateLimit(80'000).piece(1 << 18), 10'000U);
  EXPECT_EQ(RateLimit(10).piece(1 << 18), 1024U);
  EXPECT_EQ(RateLimit(std::uint64_t{1} << 40).piece(1 << 18), std::size_t{1} << 18);
}

}  // namespace
}  // namespace shaman::client
