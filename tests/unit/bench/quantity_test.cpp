// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/quantity.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace shaman::bench {
namespace {

TEST(Format, ChoosesTheUnitThatReadsBest) {
  EXPECT_EQ(format(0.83e9, Unit::bytes_per_second), "0.83 GB/s");
  EXPECT_EQ(format(2.5e6, Unit::bytes_per_second), "2.50 MB/s");
  EXPECT_EQ(format(12'340, Unit::per_second), "12.3 k/s");
  EXPECT_EQ(format(734, Unit::per_second), "734 /s");
  EXPECT_EQ(format(2.25, Unit::seconds), "2.25 s");
  EXPECT_EQ(format(0.0451, Unit::seconds), "45.1 ms");
  EXPECT_EQ(format(0.00012, Unit::seconds), "120 µs");
  EXPECT_EQ(format(160e6, Unit::bytes), "160 MB");
  EXPECT_EQ(format(1.1, Unit::times), "1.10 ×");
  EXPECT_EQ(format(3, Unit::count), "3");
}

TEST(Format, ShowsADashForWhatIsNoNumber) {
  EXPECT_EQ(format(std::numeric_limits<double>::quiet_NaN(), Unit::seconds), "-");
}

TEST(Format, KeepsZero) {
  EXPECT_EQ(format(0, Unit::seconds), "0.00 µs");
}

}  // namespace
}  // namespace shaman::bench
