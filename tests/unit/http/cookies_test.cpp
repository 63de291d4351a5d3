// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/cookies.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(Cookies, AreFoundInEveryHeader) {
  HeadParser parser(1024);
  std::size_t consumed = 0;
  ASSERT_EQ(parser.parse("GET / HTTP/1.1\r\nHost: x\r\nCookie: a=1; shaman_token=one;b=\r\n"
                         "Cookie: shaman_token = two=2 ; Shaman_Token=x; xshaman_token=y\r\n\r\n",
                         consumed),
            HeadParser::State::complete);
  const RequestHead head = parser.take();
  EXPECT_EQ(cookies_named(head, "shaman_token"), (std::vector<std::string_view>{"one", "two=2"}));
  EXPECT_EQ(cookies_named(head, "b"), (std::vector<std::string_view>{""}));
  EXPECT_TRUE(cookies_named(head, "c").empty());
}

TEST(Cookies, OthersStay) {
  EXPECT_EQ(without_login_cookies("a=1; shaman_token=x; b=2"), "a=1; b=2");
  EXPECT_EQ(without_login_cookies("__Host-shaman_token=x;c"), "c");
  EXPECT_EQ(without_login_cookies(" ;; shaman_token; "), "");
}

TEST(Cookies, NotEveryTokenCanBeOne) {
  EXPECT_TRUE(is_cookie_value("shm_aZ09-_.eyJ="));
  for (const char* text : {"", "a b", "a;b", "a,b", "a\"", "a\\", "\x7f", "\xc3\xa4", "a\r\nb"})
    EXPECT_FALSE(is_cookie_value(text)) << text;
}

}  // namespace
}  // namespace shaman::http
