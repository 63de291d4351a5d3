// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/request_head.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

// The status of the refusal; 0 for a head that is fine, 1 for one that is not complete.
unsigned status_of_head(std::string_view text, std::size_t max_bytes = 16 * 1024) {
  HeadParser parser(max_bytes);
  std::size_t consumed = 0;
  switch (parser.parse(text, consumed)) {
    case HeadParser::State::complete:
      return 0;
    case HeadParser::State::needs_more:
      return 1;
    case HeadParser::State::bad:
      break;
  }
  return parser.error().status;
}

TEST(RequestHead, IsReadHoweverItIsCut) {
  const std::string text =
      "\r\nPOST /a%2Fb/c?q HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n"
      "X-Thing:  value \r\n\r\nhello";
  for (std::size_t cut = 0; cut < text.size() - 5; ++cut) {
    HeadParser parser(1024);
    std::size_t consumed = 0;
    std::string buffer = text.substr(0, cut);
    ASSERT_EQ(parser.parse(buffer, consumed), HeadParser::State::needs_more) << cut;
    buffer = text.substr(consumed);
    ASSERT_EQ(parser.parse(buffer, consumed), HeadParser::State::complete) << cut;
    EXPECT_EQ(buffer.substr(consumed), "hello");
    const RequestHead head = parser.take();
    EXPECT_EQ(head.method(), "POST");
    EXPECT_EQ(head.segments, (std::vector<std::string>{"a/b", "c"}));
    EXPECT_EQ(head.content_length, 5U);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_EQ(head.header("x-THING"), "value");
    EXPECT_EQ(head.header("absent"), "");
  }
}

TEST(RequestHead, RefusesWhatAProxyCouldUnderstandOtherwise) {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const char* fields :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "Content-Length: -5\r\n\r\n",
        "Content-Length: 5x\r\n\r\n", "Content-Length: 99999999999999999999999\r\n\r\n",
        "Content-Length : 5\r\n\r\n", "Host: y\r\n\r\n", "no colon\r\n\r\n"})
    EXPECT_EQ(status_of_head(start + fields), 400U) << fields;
  EXPECT_EQ(status_of_head("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400U);
  EXPECT_EQ(status_of_head("GET / HTTP/1.1\r\n\r\n"), 400U);
}

const std::string kStart = "POST / HTTP/1.1\r\nHost: x\r\n";

TEST(RequestHead, RefusesBytesThatOthersReadAsTheEndOfALine) {
  for (const char* fields : {"A: b\rc\r\n",
                             "A: b\nC: d\r\n",
                             "A: b\n",
                             "A\r: b\r\n",
                             "A\n: b\r\n",
                             "\rA: b\r\n",
                             "A: \r\r\n",
                             "A: b\v\r\n",
                             "A: b\x01\r\n",
                             "A: b\x7F\r\n",
                             "A\x01: b\r\n",
                             "A(: b\r\n",
                             ": b\r\n",
                             "A\t: b\r\n",
                             "\xE4: b\r\n",
                             "Content-Length: +5\r\n",
                             "Content-Length: 0x5\r\n",
                             "Content-Length: 5 5\r\n",
                             "Content-Length:\r\n",
                             "Content-Length: 18446744073709551616\r\n"})
    EXPECT_EQ(status_of_head(kStart + fields + "\r\n"), 400U) << fields;
  const std::string nul("A: b\0\r\n", 8);
  EXPECT_EQ(status_of_head(kStart + nul + "\r\n"), 400U);
}

TEST(RequestHead, UnfoldsTheNameThatReleasedAddOnsFold) {
  for (const char* line_break : {"\n", "\r\n"}) {
    const std::string text = kStart + "x-shaman-original-FILENAME: =?utf-8?q?wood?=" + line_break +
                             " =?utf-8?q?_planks?=" + line_break +
                             "\tend\r\nContent-Length: 5\r\n\r\n hello";
    for (std::size_t cut = 0; cut < text.size() - 6; ++cut) {
      HeadParser parser(1024);
      std::size_t consumed = 0;
      std::string buffer = text.substr(0, cut);
      ASSERT_EQ(parser.parse(buffer, consumed), HeadParser::State::needs_more) << cut;
      buffer = text.substr(consumed);
      ASSERT_EQ(parser.parse(buffer, consumed), HeadParser::State::complete) << cut;
      EXPECT_EQ(buffer.substr(consumed), " hello");
      const RequestHead head = parser.take();
      EXPECT_EQ(head.content_length, 5U);
      const std::string blanks(std::string_view(line_break).size(), ' ');
      EXPECT_EQ(head.header("X-Shaman-Original-Filename"),
                "=?utf-8?q?wood?=" + blanks + " =?utf-8?q?_planks?=" + blanks + "\tend");
    }
  }
}

TEST(RequestHead, RefusesEveryOtherFoldedHeader) {
  for (const char* line_break : {"\n", "\r\n"})
    for (const char* fields :
         {"Content-Length:| 5", "Content-Length: 5| ", "Content-Length: 1|\t0",
          "Transfer-Encoding:| chunked", "Transfer-Encoding: chunked| ", "X-Thing: a| b",
          "X-Thing| : a", "X-Shaman-Original-Filename-: a| b", "X-Shaman-Original-Filename : a| b",
          "X-Shaman-Original-Filename| : a",
          "X-Shaman-Original-Filename: a\r\nContent-Length:| 5"}) {
      std::string text = kStart + fields + "\r\n\r\n";
      text.replace(text.find('|'), 1, line_break);
      EXPECT_EQ(status_of_head(text), 400U) << text;
    }
  EXPECT_EQ(status_of_head("POST / HTTP/1.1\r\n Host: x\r\n\r\n"), 400U);
}

TEST(RequestHead, HidesNothingInAFoldedName) {
  const std::string name = kStart + "X-Shaman-Original-Filename: a";
  // A bare line feed begins no header, and ends none.
  for (const char* rest : {"\nContent-Length: 5\r\n\r\n", "\n\r\n\r\n", "\n\n", "\rb\r\n\r\n",
                           "\r\r\n\r\n", "\n\n b\r\n\r\n"})
    EXPECT_EQ(status_of_head(name + rest), 400U) << rest;
  EXPECT_EQ(status_of_head(kStart + "\n X-Thing: a\r\n\r\n"), 400U);
  EXPECT_EQ(status_of_head(kStart + "\nX-Thing: a\r\n\r\n"), 400U);
  HeadParser parser(1024);
  std::size_t consumed = 0;
  const std::string text = name + "\n Content-Length: 5\r\n \r\n\r\n";
  ASSERT_EQ(parser.parse(text, consumed), HeadParser::State::complete);
  EXPECT_EQ(consumed, text.size());
  const RequestHead head = parser.take();
  EXPECT_FALSE(head.content_length);
  EXPECT_EQ(head.header("Content-Length"), "");
  EXPECT_EQ(head.header("X-Shaman-Original-Filename"), "a  Content-Length: 5");
}

TEST(RequestHead, CountsFoldedLinesAsPartOfTheHeader) {
  std::string text = kStart + "X-Shaman-Original-Filename: a";
  for (int line = 0; line < 200; ++line)
    text += "\n 123456789";
  EXPECT_EQ(status_of_head(text + "\r\n\r\n", 1024), 431U);
  EXPECT_EQ(status_of_head(text + "\r\n\r\n", 4096), 0U);
}

TEST(RequestHead, RefusesWithTheRightStatus) {
  const auto with = [](const std::string& line) { return line + "\r\nHost: x\r\n\r\n"; };
  EXPECT_EQ(status_of_head(with("GET / HTTP/2.0")), 505U);
  EXPECT_EQ(status_of_head(with("GET /")), 400U);
  EXPECT_EQ(status_of_head(with("G{T / HTTP/1.1")), 400U);
  EXPECT_EQ(status_of_head(with("GET a HTTP/1.1")), 400U);
  EXPECT_EQ(status_of_head(with("GET /%0 HTTP/1.1")), 400U);
  EXPECT_EQ(status_of_head(with("GET /%00 HTTP/1.1")), 400U);
  EXPECT_EQ(status_of_head(with("CONNECT x:80 HTTP/1.1")), 501U);
  EXPECT_EQ(status_of_head("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"), 501U);
  EXPECT_EQ(status_of_head(with("GET /" + std::string(300, 'x') + " HTTP/1.1"), 1024), 0U);
  EXPECT_EQ(status_of_head("GET / HTTP/1.1\r\nHost: " + std::string(2000, 'x') + "\r\n\r\n", 1024),
            431U);
}

TEST(RequestHead, TellsExpectations) {
  HeadParser parser(1024);
  std::size_t consumed = 0;
  ASSERT_EQ(parser.parse("GET / HTTP/1.1\r\nHost: x\r\nExpect: a-pony\r\n\r\n", consumed),
            HeadParser::State::complete);
  EXPECT_TRUE(parser.take().has_unknown_expectation);
}

TEST(RequestHead, ADistantHostIsThisOne) {
  HeadParser parser(1024);
  std::size_t consumed = 0;
  ASSERT_EQ(parser.parse("GET http://h:1/a?b HTTP/1.1\r\nHost: x\r\n\r\n", consumed),
            HeadParser::State::complete);
  EXPECT_EQ(parser.take().segments, (std::vector<std::string>{"a"}));
}

}  // namespace
}  // namespace shaman::http
