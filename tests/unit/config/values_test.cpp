// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/values.hpp"

#include <gtest/gtest.h>

namespace shaman::config {
namespace {

using std::chrono::milliseconds;

TEST(Values, DurationsAreReadInEveryUnit) {
  EXPECT_EQ(parse_duration("744h"), milliseconds(744LL * 3600 * 1000));
  EXPECT_EQ(parse_duration("31d"), milliseconds(744LL * 3600 * 1000));
  EXPECT_EQ(parse_duration("1h30m"), milliseconds(5'400'000));
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("0.25"), milliseconds(250));
  EXPECT_EQ(parse_duration("2"), milliseconds(2000));
  EXPECT_EQ(parse_duration("1m5ms"), milliseconds(60'005));
  EXPECT_EQ(parse_duration("0"), milliseconds(0));
}

TEST(Values, WhatIsNoDurationIsRefused) {
  for (const char* const text : {"", "h", "-1", "-1h", "1 h", "1w", "7 days", "1e3", "nan", "inf",
                                 "0x10", "+3", "1h-1m", "9999999999999h", "1..5s", "2s "})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Values, DurationsAreWrittenAsTheyAreRead) {
  for (const char* const text : {"744h", "90m", "2s", "500ms", "0s", "1001ms"})
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
}

TEST(Values, SizesAreReadInEveryUnit) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("1000"), 1000);
  EXPECT_EQ(parse_bytes("16K"), 16384);
  EXPECT_EQ(parse_bytes("16kb"), 16384);
  EXPECT_EQ(parse_bytes("16 KiB"), 16384);
  EXPECT_EQ(parse_bytes("1.5G"), std::uint64_t{3} << 29);
  EXPECT_EQ(parse_bytes("2TiB"), std::uint64_t{1} << 41);
  EXPECT_EQ(parse_bytes("18446744073709551615"), ~std::uint64_t{0});
}

TEST(Values, WhatIsNoSizeIsRefused) {
  for (const char* const text : {"", "B", "-1", "1X", "1KiBs", "K", "1e3", "0.3", "nan", "16EiB",
                                 "18446744073709551616", "100000000000P", "1 2"})
    EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(Values, SizesAreWrittenAsTheyAreRead) {
  for (const char* const text : {"0", "1000", "16KiB", "64MiB", "3TiB", "1025"})
    EXPECT_EQ(bytes_text(*parse_bytes(text)), text);
}

}  // namespace
}  // namespace shaman::config
