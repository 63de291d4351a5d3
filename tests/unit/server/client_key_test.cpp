// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/client_key.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(ClientKey, WhoIsKnownCountsByNameAndNotByAddress) {
  EXPECT_EQ(client_of({"token Anna", auth::Role::submit, "token Anna"}, "10.0.0.7"), "token Anna");
  EXPECT_EQ(client_of({"10.0.0.7", auth::Role::submit, "network 10.0.0.0/8"}, "10.0.0.7"),
            "10.0.0.7");
  EXPECT_EQ(client_of({}, "10.0.0.7"), "10.0.0.7");
}

}  // namespace
}  // namespace shaman::http
