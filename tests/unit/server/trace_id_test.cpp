// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log/trace_id.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

const std::string kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kGood = "00-" + kTraceId + "-00f067aa0ba902b7-01";

TEST(TraceId, IsTheSecondPart) {
  EXPECT_EQ(trace_id_in(kGood), kTraceId);
}

TEST(TraceId, LaterVersionsMayAddParts) {
  EXPECT_EQ(trace_id_in("cc" + kGood.substr(2) + "-what the future will be like"), kTraceId);
  EXPECT_EQ(trace_id_in("cc" + kGood.substr(2) + ".more"), "");
  EXPECT_EQ(trace_id_in(kGood + "-more"), "");
}

TEST(TraceId, NothingElseIsTaken) {
  EXPECT_EQ(trace_id_in("ff" + kGood.substr(2)), "");
  EXPECT_EQ(trace_id_in("00-" + std::string(32, '0') + "-00f067aa0ba902b7-01"), "");
  EXPECT_EQ(trace_id_in("00-" + kTraceId + "-" + std::string(16, '0') + "-01"), "");
  for (std::size_t i = 0; i < kGood.size(); ++i) {
    EXPECT_EQ(trace_id_in(kGood.substr(0, i)), "") << i;
    for (const char c : {'\n', 'G', 'A', ' ', '\0', '"'}) {
      std::string bad = kGood;
      bad[i] = c;
      EXPECT_EQ(trace_id_in(bad), "") << i;
    }
  }
}

}  // namespace
}  // namespace shaman::http
