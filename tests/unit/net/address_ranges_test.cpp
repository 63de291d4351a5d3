// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/address_ranges.hpp"

#include <gtest/gtest.h>

namespace shaman {
namespace {

TEST(IsAddress, TakesAddressesWithoutPortsAndBrackets) {
  for (const char* const text : {"10.0.0.7", "::1", "2001:db8::7", "::ffff:10.0.0.7"})
    EXPECT_TRUE(is_address(text)) << text;
  for (const char* const text :
       {"", "localhost", "10.0.0", "10.0.0.7:80", "[::1]", "10.0.0.256", "1"})
    EXPECT_FALSE(is_address(text)) << text;
}

TEST(AddressRanges, HoldNetworksByTheirBits) {
  AddressRanges ranges;
  EXPECT_TRUE(ranges.empty());
  for (const char* const range : {"10.8.0.0/13", "192.168.1.5", "fd00:1::/32"})
    ASSERT_TRUE(ranges.add(range)) << range;
  for (const char* const in : {"10.8.0.0", "10.15.255.255", "192.168.1.5", "fd00:1:ffff::1"})
    EXPECT_TRUE(ranges.contains(in)) << in;
  for (const char* const out : {"10.7.255.255", "10.16.0.0", "192.168.1.4", "fd00:2::1", "::1"})
    EXPECT_FALSE(ranges.contains(out)) << out;
}

TEST(AddressRanges, AnIpv4AddressCountsAsWhatItIsHoweverItCame) {
  AddressRanges ranges;
  ASSERT_TRUE(ranges.add("10.0.0.0/8"));
  EXPECT_TRUE(ranges.contains("::ffff:10.1.2.3"));
  EXPECT_FALSE(ranges.contains("::ffff:11.1.2.3"));
  AddressRanges all_v6;
  ASSERT_TRUE(all_v6.add("::/0"));
  EXPECT_FALSE(all_v6.contains("10.1.2.3"));
}

TEST(AddressRanges, TheZoneOfAnAddressDoesNotCount) {
  AddressRanges ranges;
  ASSERT_TRUE(ranges.add("fe80::/10"));
  EXPECT_TRUE(ranges.contains("fe80::1%lo"));
}

TEST(AddressRanges, AWholeFamilyIsARange) {
  AddressRanges ranges;
  ASSERT_TRUE(ranges.add("0.0.0.0/0"));
  EXPECT_TRUE(ranges.contains("203.0.113.9"));
  EXPECT_FALSE(ranges.contains("2001:db8::1"));
}

TEST(AddressRanges, RefuseWhatIsNoNetworkAndHoldNothingThen) {
  for (const char* const wrong :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/8/8",
        "fd00::/129", "localhost", "localhost/8", "10.0.0.0/0x8", "10.0.0.0/8.0"}) {
    AddressRanges ranges;
    const auto added = ranges.add(wrong);
    ASSERT_FALSE(added) << wrong;
    EXPECT_EQ(added.error().code, errc::invalid_argument) << wrong;
    EXPECT_TRUE(ranges.empty()) << wrong;
  }
}

TEST(AddressRanges, HoldNoTextThatIsNoAddress) {
  AddressRanges ranges;
  ASSERT_TRUE(ranges.add("0.0.0.0/0"));
  for (const char* const text : {"", "unknown", "10.0.0.7:80", "10.0.0.7, 10.0.0.8"})
    EXPECT_FALSE(ranges.contains(text)) << text;
}

}  // namespace
}  // namespace shaman
