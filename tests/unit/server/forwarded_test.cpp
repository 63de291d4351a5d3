// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/forwarded.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using Path = std::vector<std::string>;

Path path(std::string_view peer, std::string_view chain) {
  AddressRanges proxies;
  for (const char* proxy : {"127.0.0.1", "10.0.0.0/24", "::1", "fe80::/10"})
    EXPECT_TRUE(proxies.add(proxy));
  return believed_path(peer, chain, proxies);
}

TEST(Forwarded, OnlyATrustedProxyIsBelieved) {
  EXPECT_EQ(path("192.0.2.7", "10.8.0.1"), Path{"192.0.2.7"});
  EXPECT_EQ(path("127.0.0.1", ""), Path{"127.0.0.1"});
  EXPECT_EQ(path("127.0.0.1", "192.0.2.7"), (Path{"192.0.2.7", "127.0.0.1"}));
  EXPECT_EQ(path("::ffff:127.0.0.1", "192.0.2.7"), (Path{"192.0.2.7", "::ffff:127.0.0.1"}));
}

TEST(Forwarded, WhatTheClientHasPutBeforeItsAddressIsDropped) {
  EXPECT_EQ(path("127.0.0.1", "10.8.0.1, 192.0.2.7"), (Path{"192.0.2.7", "127.0.0.1"}));
  EXPECT_EQ(path("127.0.0.1", "10.8.0.1, 192.0.2.7, 10.0.0.5"),
            (Path{"192.0.2.7", "10.0.0.5", "127.0.0.1"}));
  EXPECT_EQ(path("127.0.0.1", "10.0.0.5, 10.0.0.6"), (Path{"10.0.0.5", "10.0.0.6", "127.0.0.1"}));
}

TEST(Forwarded, PortsAndBracketsAreNoPartOfAnAddress) {
  for (const char* entry : {"192.0.2.7:5000", " 192.0.2.7 ", "192.0.2.7:"})
    EXPECT_EQ(path("127.0.0.1", entry).front(), "192.0.2.7") << entry;
  for (const char* entry : {"2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:5000"})
    EXPECT_EQ(path("::1", entry).front(), "2001:db8::7") << entry;
  EXPECT_EQ(path("127.0.0.1", "192.0.2.7, 10.0.0.5:5000"),
            (Path{"192.0.2.7", "10.0.0.5", "127.0.0.1"}));
  EXPECT_EQ(path("fe80::1%lo", "192.0.2.7").front(), "192.0.2.7");
}

TEST(Forwarded, WhatIsNoAddressIsNobodys) {
  for (const char* entry :
       {"unknown", "unix:", "_hidden", "10.8.0.1,", "10.8.0.1, ", ",", "10.8.0.1 x", "\"10.8.0.1\"",
        "10.8.0.1.", "for=10.8.0.1", "[10.8.0.1", "010.8.0.1"})
    EXPECT_EQ(path("127.0.0.1", entry), (Path{"unknown", "127.0.0.1"})) << entry;
}

}  // namespace
}  // namespace shaman::http
