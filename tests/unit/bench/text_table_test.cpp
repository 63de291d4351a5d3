// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/text_table.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace shaman::bench {
namespace {

TEST(TextTable, AlignsColumnsAndIsMarkdown) {
  TextTable table({"work", "figure"});
  table.add({"uploads", "1.20 GB/s"});
  table.add({"a", "3"});
  EXPECT_EQ(table.render(),
            "| work    |    figure |\n"
            "|---------|----------:|\n"
            "| uploads | 1.20 GB/s |\n"
            "| a       |         3 |\n");
}

TEST(TextTable, CountsCodePointsNotBytes) {
  TextTable table({"x", "y"});
  table.add({"… µs", "×"});
  table.add({"abcd", "b"});
  EXPECT_EQ(table.render(),
            "| x    | y |\n"
            "|------|--:|\n"
            "| … µs | × |\n"
            "| abcd | b |\n");
}

TEST(TextTable, FillsShortRowsAndRefusesLongOnes) {
  TextTable table({"a", "b"});
  table.add({"1"});
  EXPECT_EQ(table.render(),
            "| a | b |\n"
            "|---|--:|\n"
            "| 1 |   |\n");
  EXPECT_THROW(table.add({"1", "2", "3"}), std::invalid_argument);
}

}  // namespace
}  // namespace shaman::bench
