// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/answer_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::client {
namespace {

TEST(ReadMessage, IsSafeToPrintAndNotLong) {
  EXPECT_EQ(read_message(R"({"message":"a\u001b[31mb"})"), "a\\x1b[31mb");
  EXPECT_EQ(read_message("no JSON"), "no JSON");
  EXPECT_LT(read_message(std::string(100000, 'x')).size(), 1000U);
}

TEST(ReadMessage, ShowsOfAPageItsTitleOrWords) {
  EXPECT_EQ(read_message("<!DOCTYPE html><HTML><Title lang=en>\n Log\tin </TITLE><body>x"),
            "Log in");
  EXPECT_EQ(read_message("<html><body><h1>Sorry</h1><p>try\r\nlater</p></body>"),
            "Sorry try later");
  EXPECT_EQ(read_message("<p>cut off"), "cut off");
  EXPECT_EQ(read_message("<"), "");
  EXPECT_EQ(read_message("plain words\r\n"), "plain words");
  EXPECT_EQ(read_message(R"({"message":"of the server"})"), "of the server");
}

}  // namespace
}  // namespace shaman::client
