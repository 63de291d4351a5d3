// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/response_parser.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace shaman::bench {
namespace {

// One byte at a time, so that every place where a response can be cut is tried.
std::size_t feed_slowly(ResponseParser& parser, std::string_view bytes) {
  std::size_t used = 0;
  for (const char& byte : bytes)
    used += parser.feed({&byte, 1});
  return used;
}

TEST(ResponseParser, ReadsABodyByItsLength) {
  ResponseParser parser;
  const std::string_view text = "HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\n\r\nhello";
  EXPECT_EQ(feed_slowly(parser, text), text.size());
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 200);
  EXPECT_EQ(parser.body(), "hello");
  EXPECT_TRUE(parser.keep_alive());
}

TEST(ResponseParser, ReadsAChunkedBodyWithExtensionAndTrailer) {
  ResponseParser parser;
  const std::string_view text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "A;x=y\r\n0123456789\r\n3\r\nabc\r\n0\r\nTrailer: t\r\n\r\n";
  EXPECT_EQ(feed_slowly(parser, text), text.size());
  ASSERT_TRUE(parser.done());
  EXPECT_EQ(parser.body(), "0123456789abc");
}

TEST(ResponseParser, TellsOfContinueAndWaitsForTheAnswer) {
  ResponseParser parser;
  parser.feed("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(parser.may_continue());
  EXPECT_FALSE(parser.done());
  parser.feed("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 204);
}

TEST(ResponseParser, LeavesWhatComesAfterTheResponse) {
  ResponseParser parser;
  const std::string text = "HTTP/1.1 204 No Content\r\n\r\n";
  EXPECT_EQ(parser.feed(text + "HTTP/1.1"), text.size());
}

TEST(ResponseParser, ReadsToTheEndWithoutALength) {
  ResponseParser parser;
  parser.feed("HTTP/1.1 200 OK\r\n\r\nall there is");
  EXPECT_FALSE(parser.done());
  EXPECT_TRUE(parser.end_of_stream());
  EXPECT_EQ(parser.body(), "all there is");
  EXPECT_FALSE(parser.keep_alive());
}

TEST(ResponseParser, IsNotDoneWhenTheBodyIsCutShort) {
  ResponseParser parser;
  parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_FALSE(parser.end_of_stream());
}

TEST(ResponseParser, SeesThatTheServerCloses) {
  ResponseParser parser;
  parser.feed("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
}

TEST(ResponseParser, StartsAnewAfterReset) {
  ResponseParser parser;
  parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
  parser.reset();
  parser.feed("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.status(), 404);
  EXPECT_EQ(parser.body(), "no");
  EXPECT_TRUE(parser.keep_alive());
}

TEST(ResponseParser, RefusesWhatIsNoResponse) {
  for (const std::string_view text :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n"}) {
    ResponseParser parser;
    EXPECT_THROW(parser.feed(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace shaman::bench
