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
      "4\r\nWiki\r\nA;ext=\"v\"\r\n0123456789\r\n000\r\nX-Trailer: x\r\n\r\nGET / HTTP/1.1";
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

// The whole text is one body; some way of cutting it must not make it another.
void expect_all_cuts(const std::string& text, bool is_good) {
  for (const std::size_t at_once : {std::size_t{1}, std::size_t{3}, text.size()}) {
    const Outcome outcome = decode(text, at_once);
    EXPECT_EQ(outcome.done, is_good) << text;
    EXPECT_EQ(outcome.bad, !is_good) << text;
  }
}

TEST(ChunkDecoder, SizesAreHexDigitsAndNothingElse) {
  for (const char* size : {"4", "04", "00000004", "000000000000004"})
    expect_all_cuts(size + std::string("\r\nWiki\r\n0\r\n\r\n"), true);
  for (const char* size : {"4 ",
                           "4\t",
                           " 4",
                           "\t4",
                           "4  ",
                           "+4",
                           "-4",
                           "0x4",
                           "0X4",
                           "4h",
                           "4_0",
                           "4,",
                           "4.0",
                           "\"4\"",
                           "4\v",
                           "4\f",
                           "4\x01",
                           "4\x80",
                           "4\r",
                           "",
                           "0000000000000004",
                           "fffffffffffffffff",
                           "10000000000000004",
                           "8000000000000004"})
    expect_all_cuts(size + std::string("\r\nWiki\r\n0\r\n\r\n"), false);
}

TEST(ChunkDecoder, ExtensionsKeepToTheirGrammar) {
  for (const char* extension :
       {";a", " ;a", "\t; a", ";a;b", ";a=b", ";a = b", ";a=\"\"", ";a=\"b;c\"", ";a=\"\\\"\"",
        ";a=\"\xE4\"", ";a=\"\t \"", ";a=b ;c=\"d\" ;e"})
    for (const char* size : {"4", "0"})
      expect_all_cuts(
          size + std::string(extension) + (*size == '0' ? "\r\n\r\n" : "\r\nWiki\r\n0\r\n\r\n"),
          true);
  for (const char* extension :
       {";",         "; ",          ";a ",           ";a=",       ";a= ",    ";=b",
        ";a=b ",     ";a b",        ";a=b c",        ";a==b",     ";;",      ";a;",
        ";a=\"",     ";a=\"b",      ";a=\"b\"c",     ";a=\"b\" ", ";a=\"\\", ";a\x01",
        ";a=\x7F",   ";a=\"\x01\"", ";a=\"\\\x01\"", ";a\v",      ";a\r",    ";a\n",
        ";a=\"\r\"", ";a=\"\n\"",   ";\xE4",         " a",        " 4"})
    for (const char* size : {"4", "0"})
      expect_all_cuts(
          size + std::string(extension) + (*size == '0' ? "\r\n\r\n" : "\r\nWiki\r\n0\r\n\r\n"),
          false);
}

TEST(ChunkDecoder, TrailersAreFieldsThatMayStandThere) {
  for (const char* trailer :
       {"A: b", "A:", "A:b", "A: b\r\nC: d", "A: \xE4\t b", "Contents: x", "X-Host: y", "Hos: t"})
    expect_all_cuts("0\r\n" + std::string(trailer) + "\r\n\r\n", true);
  for (const char* trailer : {"A",
                              "A b",
                              ":",
                              ": b",
                              "A : b",
                              "A\t: b",
                              " A: b",
                              "\tA: b",
                              "A: b\r\n c",
                              "A: b\r\nC",
                              "A: b\x01",
                              "A: b\x7F",
                              "A\x01: b",
                              "\xE4: b",
                              "A: b\n",
                              "A: b\rc",
                              "A(: b",
                              "\n",
                              "GET / HTTP/1.1",
                              "Content-Length: 5",
                              "content-length: 5",
                              "Transfer-Encoding: chunked",
                              "Host: x",
                              "Trailer: A",
                              "Authorization: Bearer x",
                              "Cookie: a=b",
                              "Connection: close",
                              "Proxy-Authorization: x",
                              "A: b\r\nTransfer-Encoding: x",
                              "TE: x",
                              "Expect: 100-continue"})
    expect_all_cuts("0\r\n" + std::string(trailer) + "\r\n\r\n", false);
}

TEST(ChunkDecoder, BoundsExtensionsAndTrailers) {
  EXPECT_TRUE(decode("1;" + std::string(20'000, 'x') + "\r\nA\r\n0\r\n\r\n", 1000).bad);
  EXPECT_TRUE(decode("0\r\nA:" + std::string(20'000, 'x') + "\r\n\r\n", 1000).bad);
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
