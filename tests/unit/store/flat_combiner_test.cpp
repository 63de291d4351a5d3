// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/flat_combiner.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace shaman {
namespace {

TEST(FlatCombiner, DoesAllWorkOnceAndOneAfterAnother) {
  constexpr int kThreads = 8;
  constexpr int kEach = 2000;
  FlatCombiner turns;
  int done = 0;  // by one at a time, or this is a race
  std::atomic<int> at_once{0};
  std::atomic<int> overlaps{0};
  std::atomic<int> unfinished{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          bool mine = false;
          turns.run([&] {
            if (at_once.fetch_add(1) > 0) ++overlaps;
            ++done;
            mine = true;
            --at_once;
          });
          if (!mine) ++unfinished;
        }
      });
  }
  EXPECT_EQ(done, kThreads * kEach);
  EXPECT_EQ(overlaps, 0);
  EXPECT_EQ(unfinished, 0);
}

TEST(FlatCombiner, OneThreadNeedsNoOther) {
  FlatCombiner turns;
  int done = 0;
  turns.run([&] { ++done; });
  turns.run([&] { ++done; });
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace shaman
