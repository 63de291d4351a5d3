// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/fair_budget.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(FairBudget, GivesWhatIsThereAndTakesItBack) {
  FairBudget budget(10);
  {
    const auto grant = budget.try_acquire(7);
    ASSERT_TRUE(grant);
    EXPECT_FALSE(budget.try_acquire(4));
    EXPECT_TRUE(budget.try_acquire(3));
  }
  EXPECT_EQ(budget.available(), 10U);
}

TEST(FairBudget, ServesInOrderSoThatALargeWishIsNotStarved) {
  FairBudget budget(10);
  auto held = budget.try_acquire(8);
  int large_wakes = 0;
  int small_wakes = 0;
  FairBudget::Request large(budget, 10, [&] { ++large_wakes; });
  FairBudget::Request small(budget, 1, [&] { ++small_wakes; });
  EXPECT_FALSE(budget.try_acquire(1));  // 2 are free, but others came first
  EXPECT_EQ(small_wakes, 0);
  held.reset();
  EXPECT_EQ(large_wakes, 1);
  EXPECT_EQ(small_wakes, 0);
  auto grant = large.take();
  ASSERT_TRUE(grant);
  EXPECT_FALSE(large.take());
  grant->release();
  EXPECT_EQ(small_wakes, 1);
  EXPECT_TRUE(small.take());
}

TEST(FairBudget, WhoLeavesTheQueueLetsTheOthersThrough) {
  FairBudget budget(10);
  const auto held = budget.try_acquire(5);
  auto large = std::make_unique<FairBudget::Request>(budget, 10, [] {});
  int wakes = 0;
  FairBudget::Request small(budget, 5, [&] { ++wakes; });
  large.reset();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(small.take());
}

TEST(FairBudget, AGrantThatNobodyTookIsGivenBack) {
  FairBudget budget(10);
  {
    const FairBudget::Request request(budget, 10, [] {});
  }
  EXPECT_EQ(budget.available(), 10U);
}

}  // namespace
}  // namespace shaman::http
