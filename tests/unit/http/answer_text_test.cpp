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

TEST(Strangers, AreNamedByTheirAddress) {
  HttpResponse answer;
  answer.status = 200;
  answer.address = "http://nas.local:8080";
  answer.body = "<html><title>My NAS</title></html>";
  const std::string who = "http://nas.local:8080 is neither a Shaman server nor a Flamenco Manager";
  EXPECT_EQ(page_instead(answer).message(),
            who +
                ": it answered with a web page, \"My NAS\". Check the address and the port. If the "
                "network requires a login, open this address in a browser and log in there");
  answer.body = "hello";
  EXPECT_EQ(stranger_text(answer),
            who + ": it answered 200, hello. Check the address and the port");
  answer.body.clear();
  EXPECT_EQ(said_text(answer), "200");
}

}  // namespace
}  // namespace shaman::client
