// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/statistics.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace shaman::bench {
namespace {

TEST(Median, IsTheMiddleValueInAnyOrder) {
  EXPECT_EQ(median(std::vector<double>{3}), 3);
  EXPECT_EQ(median(std::vector<double>{9, 1, 5}), 5);
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
}

TEST(Median, OfNothingIsNoNumber) {
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<double> values(100);
  std::iota(values.rbegin(), values.rend(), 1);  // 100 … 1
  EXPECT_EQ(percentile(values, 50), 50);
  EXPECT_EQ(percentile(values, 99), 99);
  EXPECT_EQ(percentile(values, 99.5), 100);
  EXPECT_EQ(percentile(values, 100), 100);
  EXPECT_EQ(percentile(values, 0.1), 1);
}

TEST(Percentile, OfFewValuesIsTheLargest) {
  EXPECT_EQ(percentile(std::vector<double>{2, 7, 4}, 99), 7);
  EXPECT_EQ(percentile(std::vector<double>{7}, 1), 7);
}

TEST(Percentile, OfNothingIsNoNumber) {
  EXPECT_TRUE(std::isnan(percentile({}, 99)));
}

}  // namespace
}  // namespace shaman::bench
