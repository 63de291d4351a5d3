// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/selection/byte_range.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using Kind = ByteRange::Kind;

void expect_part(const char* value, std::uint64_t size, std::uint64_t first, std::uint64_t length) {
  const ByteRange range = parse_range(value, size);
  EXPECT_EQ(range.kind, Kind::part) << value;
  EXPECT_EQ(range.first, first) << value;
  EXPECT_EQ(range.length, length) << value;
}

TEST(ByteRange, OneRangeIsAPart) {
  expect_part("bytes=0-0", 10, 0, 1);
  expect_part("bytes=3-", 10, 3, 7);
  expect_part("bytes=3-99", 10, 3, 7);
  expect_part("bytes=-4", 10, 6, 4);
  expect_part("bytes=-40", 10, 0, 10);
  expect_part("Bytes = 2-4 ", 10, 2, 3);
  expect_part("bytes=0-18446744073709551615", UINT64_MAX, 0, UINT64_MAX);
  expect_part("bytes=1-99999999999999999999999", 10, 1, 9);
  expect_part("bytes=-99999999999999999999999", 10, 0, 10);
}

TEST(ByteRange, WhatIsNotOneRangeIsTheWhole) {
  for (const char* value : {"", "bytes", "bytes=", "bytes=-", "bytes=4-3", "bytes=1-2,4-5",
                            "bytes=1-2,", "lines=1-2", "bytes=a-2", "bytes=1-b", "bytes= +1-2",
                            "bytes=1--2", "bytes=0x1-2", "bytes=1 -2", "=1-2"}) {
    const ByteRange range = parse_range(value, 10);
    EXPECT_EQ(range.kind, Kind::whole) << value;
    EXPECT_EQ(range.length, 10U) << value;
  }
  EXPECT_EQ(parse_range("bytes=-5", 0).kind, Kind::whole);
}

TEST(ByteRange, WhatDoesNotExistIsUnsatisfiable) {
  for (const char* value :
       {"bytes=10-", "bytes=10-11", "bytes=-0", "bytes=99999999999999999999999-"})
    EXPECT_EQ(parse_range(value, 10).kind, Kind::unsatisfiable) << value;
  EXPECT_EQ(parse_range("bytes=0-", 0).kind, Kind::unsatisfiable);
}

TEST(EntityTags, AreFoundInLists) {
  constexpr auto kWeak = TagComparison::weak;
  constexpr auto kStrong = TagComparison::strong;
  for (const char* list :
       {R"("a")", R"( "a" )", R"("x", "a")", R"("a","x")", R"(W/"x" ,, "a")", R"("a",)", "*"}) {
    EXPECT_TRUE(lists_tag(list, "\"a\"", kWeak)) << list;
    EXPECT_TRUE(lists_tag(list, "\"a\"", kStrong)) << list;
  }
  EXPECT_TRUE(lists_tag(R"(W/"a")", "\"a\"", kWeak));
  EXPECT_FALSE(lists_tag(R"(W/"a")", "\"a\"", kStrong));
  for (const char* list : {"", "a", R"("A")", R"("x,"a")", R"("a" "a")", R"("a)", R"(w/"a")",
                           R"("a", b)", R"(*, "a")", R"("x" , W/)", R"("xa")", R"(W/)"}) {
    EXPECT_FALSE(lists_tag(list, "\"a\"", kWeak)) << list;
    EXPECT_FALSE(lists_tag(list, "\"a\"", kStrong)) << list;
  }
}

}  // namespace
}  // namespace shaman::http
