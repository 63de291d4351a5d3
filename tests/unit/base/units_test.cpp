// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/units.hpp"

#include <gtest/gtest.h>

namespace shaman::units {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kKibi = 1024;
constexpr std::uint64_t kMebi = 1024 * kKibi;
constexpr std::uint64_t kGibi = 1024 * kMebi;

TEST(Sizes, AreReadInEveryUnit) {
  EXPECT_EQ(*parse_size("0"), 0U);
  EXPECT_EQ(*parse_size("1000"), 1000U);
  EXPECT_EQ(*parse_size("1.5M"), kMebi + kMebi / 2);
  EXPECT_EQ(*parse_size("1.3M"), 1'363'148U);
  EXPECT_EQ(*parse_size("2TiB"), kGibi * 1024 * 2);
  EXPECT_EQ(*parse_size("1e"), kGibi * kGibi);
  EXPECT_EQ(*parse_size("18446744073709551615"), ~std::uint64_t{0});
}

TEST(Sizes, UnitsArePowersOf1024HoweverTheyAreWritten) {
  for (const char* const text : {"16K", "16k", "16KB", "16kb", "16KiB", "16kib", "16 KiB", "16 K",
                                 "16384B", "16384 ", " 16K"})
    EXPECT_EQ(*parse_size(text), 16 * kKibi) << text;
}

TEST(Sizes, OtherTextsAreRefusedWithExamples) {
  for (const char* const text : {"", "B", "-1", "1x", "1KiBs", "K", "0.3", "0.0001K", "nan", "inf",
                                 "16EiB", "18446744073709551616", "100000000000P", "1 2", "10M/s"})
    EXPECT_FALSE(parse_size(text)) << text;
  EXPECT_EQ(parse_size("1x").error().message(), "invalid size \"1x\" (examples: 500M, 1.5G, 2TiB)");
}

TEST(Numbers, AreDigitsAndOnePoint) {
  for (const char* const number :
       {"1e6", "1E6",      "1e+6", "1.5e3",  "+1",  "-1",    "-0",    "0x10", "0X10",  "1p3",
        "inf", "infinity", "nan",  "nan(1)", "1,5", "1_000", "1'000", "1..5", "1.5.2", "."}) {
    EXPECT_FALSE(parse_size(number)) << number;
    EXPECT_FALSE(parse_size(std::string(number) + "K")) << number;
    EXPECT_FALSE(parse_rate(number)) << number;
    EXPECT_FALSE(parse_rate(std::string(number) + "M/s")) << number;
    EXPECT_FALSE(parse_duration(number)) << number;
    EXPECT_FALSE(parse_duration(std::string(number) + "h")) << number;
    EXPECT_FALSE(parse_count(number)) << number;
  }
}

TEST(Sizes, AreReadAsTheyAreWritten) {
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000},
                                    kKibi + 1, 64 * kMebi, 3 * kGibi, kNoLimit, ~std::uint64_t{0}})
    EXPECT_EQ(*parse_size(size_option(bytes)), bytes) << size_option(bytes);
  for (const char* const text : {"0", "1000", "16KiB", "64MiB", "3TiB", "1025"})
    EXPECT_EQ(size_option(*parse_size(text)), text);
}

TEST(Sizes, AreShownWithTheirUnit) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1), "1 byte");
  EXPECT_EQ(size_text(1023), "1023 bytes");
  EXPECT_EQ(size_text(kKibi), "1 KiB");
  EXPECT_EQ(size_text(64 * kMebi), "64 MiB");
  EXPECT_EQ(size_text(kGibi + kGibi / 2), "1.5 GiB");
  EXPECT_EQ(size_text(kMebi - 1), "1.0 MiB");
  EXPECT_EQ(size_text(12'345'678'901), "11.5 GiB");
  EXPECT_EQ(size_text(~std::uint64_t{0}), "16 EiB");
}

TEST(Sizes, WhatIsShownCanBeGiven) {
  for (const std::uint64_t bytes : {kKibi, 64 * kMebi, kGibi + kGibi / 2})
    EXPECT_EQ(*parse_size(size_text(bytes)), bytes);
}

TEST(Limits, CanBeNone) {
  EXPECT_EQ(limit_text(64 * kMebi), "64 MiB");
  EXPECT_EQ(limit_text(kNoLimit), "no limit");
}

TEST(Rates, AreSizesPerSecond) {
  for (const char* const text : {"10M", "10M/s", "10MB/s", "10 MiB/s", "10240KiB/s "})
    EXPECT_EQ(*parse_rate(text), 10 * kMebi) << text;
  for (const char* const text : {"", "/s", "10M/h", "10M/s/s", "10Mbit"})
    EXPECT_FALSE(parse_rate(text)) << text;
  EXPECT_EQ(parse_rate("1x").error().message(),
            "invalid rate \"1x\" (examples: 500K, 10M, 1.5MiB/s)");
}

TEST(Rates, AreReadAsTheyAreWritten) {
  for (const std::uint64_t rate : {std::uint64_t{0}, std::uint64_t{1500}, 10 * kMebi}) {
    EXPECT_EQ(*parse_rate(rate_option(rate)), rate);
  }
  EXPECT_EQ(*parse_rate(rate_text(10 * kMebi)), 10 * kMebi);
  EXPECT_EQ(rate_option(10 * kMebi), "10MiB/s");
  EXPECT_EQ(rate_text(10 * kMebi), "10 MiB/s");
}

TEST(Durations, AreReadInEveryUnit) {
  EXPECT_EQ(*parse_duration("744h"), std::chrono::hours(744));
  EXPECT_EQ(*parse_duration("31d"), std::chrono::hours(744));
  EXPECT_EQ(*parse_duration("1h30m"), std::chrono::minutes(90));
  EXPECT_EQ(*parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(*parse_duration("0.25"), milliseconds(250));
  EXPECT_EQ(*parse_duration("2"), milliseconds(2000));
  EXPECT_EQ(*parse_duration("1m5ms"), milliseconds(60'005));
  EXPECT_EQ(*parse_duration("0"), milliseconds(0));
}

TEST(Durations, OtherTextsAreRefusedWithExamples) {
  for (const char* const text : {"", "h", "-1", "-1h", "1 h", "1w", "7 days", "1e3", "nan", "inf",
                                 "0x10", "+3", "1h-1m", "9999999999999h", "1..5s", "2s "})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_EQ(parse_duration("1x").error().message(),
            "invalid duration \"1x\" (examples: 2s, 90m, 36h, 7d, 1h30m)");
}

TEST(Durations, AreReadAsTheyAreWritten) {
  for (const char* const text : {"744h", "90m", "2s", "500ms", "0s", "1001ms"})
    EXPECT_EQ(duration_option(*parse_duration(text)), text);
}

TEST(Durations, AreShownInWords) {
  EXPECT_EQ(duration_text(milliseconds(0)), "0 s");
  EXPECT_EQ(duration_text(milliseconds(1500)), "1500 ms");
  EXPECT_EQ(duration_text(std::chrono::seconds(75)), "75 s");
  EXPECT_EQ(duration_text(std::chrono::minutes(90)), "90 minutes");
  EXPECT_EQ(duration_text(std::chrono::hours(1)), "1 hour");
  EXPECT_EQ(duration_text(std::chrono::hours(36)), "36 hours");
  EXPECT_EQ(duration_text(std::chrono::hours(744)), "31 days");
}

TEST(Counts, AreWholeNumbers) {
  EXPECT_EQ(*parse_count("1000000"), 1'000'000U);
  EXPECT_EQ(*parse_count(count_option(12)), 12U);
  for (const char* const text : {"", "-1", "1.5", "1K", " 1", "1 "})
    EXPECT_FALSE(parse_count(text)) << text;
  EXPECT_EQ(parse_count("1x").error().message(), "invalid number \"1x\" (examples: 0, 12, 1000)");
}

}  // namespace
}  // namespace shaman::units
