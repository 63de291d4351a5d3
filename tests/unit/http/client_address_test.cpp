// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(ClientAddress, AnIpv4AddressIsOneClientHoweverItComes) {
  EXPECT_EQ(client_of_address("10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(client_of_address("::ffff:10.0.0.7"), "10.0.0.7");
}

TEST(ClientAddress, AnIpv6NetworkOfOneSubscriberIsOneClient) {
  EXPECT_EQ(client_of_address("2001:db8:0:1::1"), "2001:db8:0:1::/64");
  EXPECT_EQ(client_of_address("2001:db8:0:1:ffff:2:3:4"), "2001:db8:0:1::/64");
  EXPECT_NE(client_of_address("2001:db8:0:2::1"), client_of_address("2001:db8:0:1::1"));
  EXPECT_EQ(client_of_address("fe80::1%lo"), "fe80::/64");
}

TEST(ClientAddress, TextThatIsNoAddressIsNobody) {
  for (const char* const text : {"", "unknown", "10.0.0", "10.0.0.7:80", "[::1]", "10.0.0.7 "})
    EXPECT_EQ(client_of_address(text), "") << text;
}

}  // namespace
}  // namespace shaman::http
