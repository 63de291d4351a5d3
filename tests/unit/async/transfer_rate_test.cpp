// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/transfer_rate.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using std::chrono::seconds;

TEST(TransferRate, IsJudgedOnceAWindow) {
  TransferRate rate(100, seconds(10));
  rate.waited(seconds(9));
  EXPECT_FALSE(rate.is_too_slow());
  rate.moved(999);
  rate.waited(seconds(1));
  EXPECT_TRUE(rate.is_too_slow());
}

TEST(TransferRate, ABurstOfOneWindowDoesNotCountForTheNext) {
  TransferRate rate(100, seconds(10));
  rate.moved(1'000'000);
  rate.waited(seconds(10));
  EXPECT_FALSE(rate.is_too_slow());
  rate.waited(seconds(10));
  EXPECT_TRUE(rate.is_too_slow());
}

TEST(TransferRate, ZeroIsNeverTooSlow) {
  TransferRate rate(0, seconds(10));
  rate.waited(seconds(1000));
  EXPECT_FALSE(rate.is_too_slow());
}

}  // namespace
}  // namespace shaman::http
