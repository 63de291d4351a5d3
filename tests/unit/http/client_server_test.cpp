// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "shaman/client/server.hpp"

namespace shaman::client {
namespace {

TEST(Server, TakesTheTokenOutOfItsAddress) {
  const auto server = Server::parse("https://h:8443/~shm_a-b_c/sub");
  ASSERT_TRUE(server);
  EXPECT_EQ(server->token, "shm_a-b_c");
  EXPECT_EQ(server->url.text(), "https://h:8443/sub");
  EXPECT_EQ(Server::parse("http://h/%7Ea%2Eb/")->token, "a.b");
  EXPECT_EQ(Server::parse("http://h/%7Ea%2Eb/")->url.text(), "http://h");
  EXPECT_EQ(Server::parse("http://h/a/~b")->token, "");
}

TEST(Proxy, IsReadWithItsLogin) {
  const auto plain = Proxy::parse("proxy.studio:3128");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "proxy.studio");
  EXPECT_EQ(plain->port, 3128);
  EXPECT_EQ(plain->authorization, "");
  const auto login = Proxy::parse("http://anna:p%40ss@proxy");
  ASSERT_TRUE(login);
  EXPECT_EQ(login->port, 80);
  EXPECT_EQ(login->authorization, "Basic YW5uYTpwQHNz");  // anna:p@ss
  EXPECT_FALSE(Proxy::parse("https://proxy"));
  EXPECT_EQ(Proxy::parse("http://anna:secret@bad host").error().message().find("secret"),
            std::string::npos);
}

TEST(Proxy, IsNotForHostsThatAreExcepted) {
  EXPECT_TRUE(is_excepted("farm.studio", "localhost, farm.studio"));
  EXPECT_TRUE(is_excepted("FARM.studio", ".studio"));
  EXPECT_TRUE(is_excepted("a.farm.studio", "studio"));
  EXPECT_TRUE(is_excepted("anything", "*"));
  EXPECT_TRUE(is_excepted("10.0.0.7", "10.0.0.7"));
  EXPECT_FALSE(is_excepted("mystudio", "studio"));
  EXPECT_FALSE(is_excepted("farm", ""));
  EXPECT_FALSE(is_excepted("farm", " , ,"));
}

}  // namespace
}  // namespace shaman::client
