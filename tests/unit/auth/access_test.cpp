// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/auth/access.hpp"

#include <gtest/gtest.h>

#include "shaman/auth/token_file.hpp"

#include "temporary_folder.hpp"

namespace shaman::auth {
namespace {

using test::TemporaryFolder;

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    EXPECT_TRUE(TokenFile::write(options_.token_file,
                                 {{"anna", Role::submit, std::nullopt, Sha256::of("secret")}}));
    options_.networks = {
        {"10.0.0.0/8", Role::worker}, {"10.1.0.0/16", Role::admin}, {"fd00::/8", Role::submit}};
  }
  std::string who(std::string_view bearer, std::string_view address,
                  std::string_view certificate = {}) {
    const auto access = Access::open(options_);
    if (!access) return access.error().message();
    const Principal principal = (*access)->who({bearer, certificate, address});
    return std::string(name_of(principal.role)) + " " + principal.name;
  }
  TemporaryFolder folder_;
  AccessOptions options_{folder_.path() + "/tokens", {}, {}, {}};
};

TEST_F(AccessTest, ByToken) {
  EXPECT_EQ(who("secret", "1.2.3.4"), "submit token anna");
  EXPECT_EQ(who("other", "1.2.3.4"), "nobody the token is unknown or has expired");
}

TEST_F(AccessTest, TheLogMaySayMoreThanAStrangerMayKnow) {
  const auto past = std::chrono::system_clock::from_time_t(0);
  const Token anna{"anna", Role::submit, std::nullopt, Sha256::of("secret")};
  const Token old{"old", Role::submit, past, Sha256::of("expired")};
  ASSERT_TRUE(TokenFile::write(options_.token_file, {anna, old}));
  const auto access = Access::open(options_);
  ASSERT_TRUE(access);
  const auto detail = [&](std::string_view bearer) {
    return (*access)->who({bearer, {}, "1.2.3.4"}).detail;
  };
  EXPECT_EQ(detail("secret"), "");
  EXPECT_EQ(detail(""), "no token was given");
  EXPECT_EQ(detail("other"), "the token is not in the token file");
  EXPECT_EQ(detail("expired"), "the token of \"old\" expired 1970-01-01T00:00:00Z");
  ASSERT_TRUE(TokenFile::write(options_.token_file, {old}));
  (*access)->look_again();
  EXPECT_EQ(detail("secret"), "the token of \"anna\" was revoked");
  EXPECT_EQ((*access)->who({"secret", {}, "1.2.3.4"}).name, "the token is unknown or has expired");
}

TEST_F(AccessTest, ByNetworkWithTheHighestRole) {
  EXPECT_EQ(who("", "10.2.0.1"), "worker 10.2.0.1");
  EXPECT_EQ(who("", "10.1.0.1"), "admin 10.1.0.1");
  EXPECT_EQ(who("", "fd00::7"), "submit fd00::7");
  EXPECT_EQ(who("", "::ffff:10.1.0.1"), "admin ::ffff:10.1.0.1");
  EXPECT_EQ(who("", "11.0.0.1"), "nobody a token is needed");
}

TEST_F(AccessTest, ByCertificate) {
  options_.certificates = {{"render-01", Role::worker}};
  EXPECT_EQ(who("", "11.0.0.1", "render-01"), "worker certificate render-01");
  EXPECT_EQ(who("", "11.0.0.1", "other"), "nobody a token is needed");
  EXPECT_EQ(who("", "10.1.0.1", "other"), "admin 10.1.0.1");
  EXPECT_EQ(who("secret", "11.0.0.1", "render-01"), "submit token anna");
  options_.certificates.emplace_back("*", Role::admin);
  EXPECT_EQ(who("", "11.0.0.1", "other"), "admin certificate other");
  EXPECT_EQ(who("", "11.0.0.1", "render-01"), "worker certificate render-01");
}

TEST_F(AccessTest, AWrongTokenIsNotMadeUpForByTheNetwork) {
  EXPECT_EQ(who("other", "10.1.0.1"), "nobody the token is unknown or has expired");
}

TEST_F(AccessTest, WhatCannotBeReadOpensNothing) {
  options_.networks = {{"10.0.0.0/33", Role::admin}};
  EXPECT_FALSE(Access::open(options_));
  options_.networks.clear();
  options_.token_file += "-missing";
  EXPECT_FALSE(Access::open(options_));
}

}  // namespace
}  // namespace shaman::auth
