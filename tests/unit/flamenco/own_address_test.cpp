// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include <gtest/gtest.h>

#include "shaman/proxy/manager.hpp"

namespace shaman::proxy {
namespace {

bool is_refused(const std::string& manager, const std::string& host, std::uint16_t port = 8080) {
  const auto address = ManagerAddress::parse(manager);
  EXPECT_TRUE(address) << manager;
  const auto good = refuse_own_address(*address, host, port);
  if (good) return false;
  EXPECT_EQ(good.error().code, errc::invalid_argument);
  return true;
}

TEST(OwnAddress, IsRefusedUnderEachName) {
  for (const char* manager :
       {"http://127.0.0.1:8080", "http://localhost:8080", "http://127.1.2.3:8080",
        "http://[::ffff:127.0.0.1]:8080", "http://0.0.0.0:8080"})
    EXPECT_TRUE(is_refused(manager, "0.0.0.0")) << manager;
  for (const char* manager : {"http://127.0.0.1:8080", "http://[::1]:8080", "http://[::]:8080"})
    EXPECT_TRUE(is_refused(manager, "::")) << manager;
  EXPECT_TRUE(is_refused("http://127.0.0.1:8080", "127.0.0.1"));
  EXPECT_TRUE(is_refused("http://0.0.0.0:8080", "127.0.0.1"));
  EXPECT_TRUE(is_refused("http://localhost:8080", "127.0.0.1"));
  EXPECT_TRUE(is_refused("http://127.0.0.1:8080", "localhost"));
}

TEST(OwnAddress, OtherServersAreNot) {
  EXPECT_FALSE(is_refused("http://127.0.0.1:8081", "0.0.0.0"));
  EXPECT_FALSE(is_refused("http://127.0.0.2:8080", "127.0.0.1"));
  EXPECT_FALSE(is_refused("http://192.0.2.1:8080", "0.0.0.0"));  // RFC 5737: nobody's
  EXPECT_FALSE(is_refused("http://[2001:db8::1]:8080", "::"));
  EXPECT_FALSE(is_refused("http://[::1]:8080", "0.0.0.0"));
  EXPECT_FALSE(is_refused("http://no-such-name.invalid:8080", "0.0.0.0"));
}

}  // namespace
}  // namespace shaman::proxy
