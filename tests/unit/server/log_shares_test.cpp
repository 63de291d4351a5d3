// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log/log_shares.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using std::chrono::seconds;

TEST(LogShares, OneClientAloneWritesAll) {
  LogShares shares(10);
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(shares.may_log("anna", {}));
  EXPECT_TRUE(shares.take_left_out().empty());
}

TEST(LogShares, AFloodLeavesRoomForOthers) {
  LogShares shares(100);
  ASSERT_TRUE(shares.may_log("anna", {}));
  int written = 0;
  for (int i = 0; i < 1000; ++i)
    written += shares.may_log("mallory", {}) ? 1 : 0;
  EXPECT_EQ(written, 99);
  for (int i = 0; i < 49; ++i)
    EXPECT_TRUE(shares.may_log("anna", {}));
}

TEST(LogShares, WhatWasLeftOutIsToldOnceTheSecondIsOver) {
  LogShares shares(10);
  ASSERT_TRUE(shares.may_log("anna", {}));
  for (int i = 0; i < 20; ++i)
    static_cast<void>(shares.may_log("mallory", {}));
  EXPECT_TRUE(shares.take_left_out().empty());
  EXPECT_TRUE(shares.may_log("mallory", LogShares::Time{} + seconds(1)));
  const auto left_out = shares.take_left_out();
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_EQ(left_out[0], std::pair(std::string("mallory"), std::size_t{11}));
  EXPECT_TRUE(shares.take_left_out().empty());
}

}  // namespace
}  // namespace shaman::http
