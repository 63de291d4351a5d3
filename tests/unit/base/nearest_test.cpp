// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/nearest.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace shaman::text {
namespace {

const std::vector<std::string> kNames{"list",     "pack",      "submit",   "status",
                                      "--server", "--exclude", "--setting"};

TEST(Nearest, FindsWhatWasMistyped) {
  EXPECT_EQ(nearest("sumbit", kNames), "submit");
  EXPECT_EQ(nearest("Submit", kNames), "submit");
  EXPECT_EQ(nearest("stauts", kNames), "status");
  EXPECT_EQ(nearest("lst", kNames), "list");
  EXPECT_EQ(nearest("--job", std::array<std::string, 3>{"--job-type", "--jobs", "--json"}),
            "--jobs");
  EXPECT_EQ(nearest("--sever", kNames), "--server");
  EXPECT_EQ(nearest("-exclude", kNames), "--exclude");
  EXPECT_EQ(nearest("--exc", kNames), "--exclude");
  EXPECT_EQ(nearest("--settings", kNames), "--setting");
}

TEST(Nearest, FindsNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest("frobnicate", kNames), "");
  EXPECT_EQ(nearest("", kNames), "");
  EXPECT_EQ(nearest("x", kNames), "");
  EXPECT_EQ(nearest("submit", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), kNames), "");
}

}  // namespace
}  // namespace shaman::text
