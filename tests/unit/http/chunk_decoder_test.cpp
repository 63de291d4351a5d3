// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/chunk_decoder.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

struct Outcome {
  std::string data;
  std::string rest;
  bool done;
  bool bad;
};

Outcome decode(std::string_view text, std::size_t at_once) {
  ChunkDecoder decoder;
  Outcome outcome{};
  while (!text.empty() && !decoder.is_done() && !decoder.is_bad()) {
    std::string piece(text.substr(0, at_once));
    const auto step = decoder.decode({piece.data(), piece.size()});
    outcome.data += piece.substr(0, step.data);
    text.remove_prefix(step.consumed);
  }
  outcome.rest = text;
  outcome.done = decoder.is_done();
  outcome.bad = decoder.is_bad();
  return outcome;
}

TEST(ChunkDecoder, ReadsBodiesHoweverTheyAreCut) {
  const std::string text =
      "4\r\nWiki\r\nA;ext=\"v\"\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\nGET / HTTP/1.1";
  for (std::size_t at_once = 1; at_once <= text.size(); ++at_once) {
    const Outcome outcome = decode(text, at_once);
    EXPECT_EQ(outcome.data, "Wiki0123456789") << at_once;
    EXPECT_EQ(outcome.rest, "GET / HTTP/1.1") << at_once;
    EXPECT_TRUE(outcome.done);
  }
}

TEST(ChunkDecoder, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* text :
       {"4\nWiki\r\n", "4\r\nWikiX\r\n", "-4\r\nWiki\r\n", "0x4\r\nWiki\r\n", " 4\r\nWiki\r\n",
        "\r\n", "4\r\nWiki\n0\r\n\r\n", "g\r\n", "3 3\r\nabc\r\n", "4;a\nb\r\n",
        "10000000000000000\r\n", "0\r\nA: b\n\r\n", "0\r\n\rX", "0\r\n\n"}) {
    const Outcome outcome = decode(text, 1000);
    EXPECT_TRUE(outcome.bad) << text;
    EXPECT_FALSE(outcome.done) << text;
  }
}

TEST(ChunkDecoder, BoundsExtensionsAndTrailers) {
  EXPECT_TRUE(decode("1;" + std::string(20'000, 'x') + "\r\nA\r\n0\r\n\r\n", 1000).bad);
  EXPECT_TRUE(decode("0\r\n" + std::string(20'000, 'x') + "\r\n\r\n", 1000).bad);
  EXPECT_TRUE(decode(std::string(20'000, '0'), 1000).bad);
}

TEST(ChunkDecoder, TakesManySmallChunks) {
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "1\r\nx\r\n";
  text += "0\r\n\r\n";
  const Outcome outcome = decode(text, 4096);
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.data.size(), 20'000U);
}

}  // namespace
}  // namespace shaman::http
