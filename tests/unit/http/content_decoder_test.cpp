// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/coding/content_decoder.hpp"

#include <random>

#include <gtest/gtest.h>
#include <zstd.h>

#include "http/client/outgoing_body.hpp"

namespace shaman::http {
namespace {

using namespace std::string_literals;

std::string mixed_content(std::size_t size) {
  std::mt19937 randomness(size);
  std::string content;
  while (content.size() < size)
    content += std::to_string(randomness() % 1000) + " some words, ";
  content.resize(size);
  return content;
}

// As this project's own client sends it, without the chunks.
std::string compressed(const std::string& content, int level = 3) {
  client::TextBody source(content);
  client::OutgoingBody body(source, content.size(), level);
  std::string sent;
  std::array<std::byte, 4000> room;
  while (!body.is_done()) {
    const auto piece = body.next(room);
    if (!piece) return {};
    std::string_view bytes(reinterpret_cast<const char*>(room.data()), piece->bytes);
    const std::size_t size = std::stoul(std::string(bytes.substr(0, 8)), nullptr, 16);
    sent += bytes.substr(10, size);
    EXPECT_EQ(bytes.substr(10 + size), body.is_done() ? "\r\n0\r\n\r\n" : "\r\n");
  }
  return sent;
}

struct Decoded {
  std::string content;
  std::string problem;
};

// `step`: bytes that arrive at once; `room`: for content, at once.
Decoded decoded(ContentCoding coding, std::string_view bytes, std::size_t step, std::size_t room) {
  ContentDecoder decoder(coding);
  Decoded outcome;
  std::string piece(room, '\0');
  for (std::string_view rest = bytes; !rest.empty() && !decoder.is_bad();) {
    const std::string_view in = rest.substr(0, step);
    const auto made = decoder.decode(in, piece);
    EXPECT_LE(made.consumed, in.size());
    outcome.content.append(piece, 0, made.produced);
    rest.remove_prefix(made.consumed);
    if (rest.empty())
      for (std::size_t more = room; more == room && !decoder.is_done() && !decoder.is_bad();) {
        more = decoder.decode({}, piece).produced;
        outcome.content.append(piece, 0, more);
      }
  }
  decoder.end();
  outcome.problem = decoder.problem();
  return outcome;
}

TEST(ContentDecoder, GivesWhatWasCompressedHoweverItArrives) {
  for (const std::size_t size : {0, 1, 300, 200'000, 3'000'000}) {
    const std::string content = mixed_content(size);
    const std::string bytes = compressed(content);
    for (const auto& [step, room] : {std::pair(1, 100'000), {7, 3}, {100'000, 100'000}}) {
      if (size > 300'000 && room < 10) continue;
      const Decoded outcome = decoded(ContentCoding::zstd, bytes, step, room);
      EXPECT_EQ(outcome.problem, "") << size;
      EXPECT_TRUE(outcome.content == content) << size << " by " << step;
    }
  }
}

TEST(ContentDecoder, KnowsTheSizeAndTheMemoryFromTheHead) {
  const std::string bytes = compressed(mixed_content(3'000'000));
  ContentDecoder decoder(ContentCoding::zstd);
  EXPECT_FALSE(decoder.has_head());
  const std::size_t taken = decoder.take_head(bytes);
  EXPECT_TRUE(decoder.has_head());
  EXPECT_LE(taken, 18U);
  EXPECT_EQ(decoder.size(), 3'000'000U);
  EXPECT_GT(decoder.memory(), std::uint64_t{1} << client::OutgoingBody::kWindowLog);
  EXPECT_LT(decoder.memory(), std::uint64_t{2} << client::OutgoingBody::kWindowLog);
}

// libzstd's own account, so that the server's budget holds.
TEST(ContentDecoder, StatesAtLeastTheMemoryThatLibzstdTakes) {
  for (const int window_log : {10, 14, 17, 20, 23}) {
    const std::string content = mixed_content(400'000);
    std::string bytes(ZSTD_compressBound(content.size()), '\0');
    ZSTD_CCtx* const compressor = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, window_log);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, 0);
    bytes.resize(
        ZSTD_compress2(compressor, bytes.data(), bytes.size(), content.data(), content.size()));
    ZSTD_freeCCtx(compressor);

    ContentDecoder decoder(ContentCoding::zstd);
    static_cast<void>(decoder.take_head(bytes));
    ZSTD_DStream* const stream = ZSTD_createDStream();
    std::string out(content.size(), '\0');
    ZSTD_inBuffer from{bytes.data(), bytes.size() / 2, 0};
    ZSTD_outBuffer to{out.data(), 1000, 0};
    ASSERT_EQ(ZSTD_isError(ZSTD_decompressStream(stream, &to, &from)), 0U);
    EXPECT_GE(decoder.memory(), ZSTD_sizeof_DStream(stream)) << window_log;
    ZSTD_freeDStream(stream);
  }
}

TEST(ContentDecoder, RefusesEachByteThatIsChanged) {
  const std::string content = mixed_content(2000);
  const std::string good = compressed(content);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    const Decoded outcome = decoded(ContentCoding::zstd, bad, 100, 5000);
    // The checksum finds what the coding does not.
    EXPECT_TRUE(!outcome.problem.empty() || outcome.content == content) << at;
  }
}

TEST(ContentDecoder, RefusesWhatEndsAnywhereBeforeItsEnd) {
  const std::string good = compressed(mixed_content(2000));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(decoded(ContentCoding::zstd, good.substr(0, length), 100, 5000).problem, "");
}

TEST(ContentDecoder, RefusesAWindowOfMoreThan8MiB) {
  // A window descriptor has the exponent above 10, and eighths of it.
  for (const auto& [descriptor, is_good] :
       {std::pair('\x68', true), {'\x69', false}, {'\xFF', false}}) {
    ContentDecoder decoder(ContentCoding::zstd);
    static_cast<void>(decoder.take_head("\x28\xB5\x2F\xFD\x00"s + descriptor));
    EXPECT_EQ(decoder.has_head(), is_good);
    EXPECT_EQ(decoder.is_bad(), !is_good);
  }
}

TEST(ContentDecoder, NeverAllocatesForAWindowThatTheContentDoesNotNeed) {
  ContentDecoder decoder(ContentCoding::zstd);
  // 8 MiB of window, 100 bytes of content (its field of two bytes counts from 256).
  static_cast<void>(decoder.take_head("\x28\xB5\x2F\xFD\x40\x68\x00\x00"s));
  EXPECT_EQ(decoder.size(), 256U);
  EXPECT_LT(decoder.memory(), std::uint64_t{1} << 20);
}

// With one raw block, and an empty last one, for which libzstd does not compare the sizes.
std::string frame_of(std::string_view content, std::uint64_t stated) {
  std::string frame = "\x28\xB5\x2F\xFD\xE0";
  for (unsigned i = 0; i < 8; ++i)
    frame += static_cast<char>(stated >> 8 * i & 0xFF);
  const std::size_t block = content.size() << 3;
  for (unsigned i = 0; i < 3; ++i)
    frame += static_cast<char>(block >> 8 * i & 0xFF);
  return frame + std::string(content) + std::string("\x01\0\0", 3);
}

TEST(ContentDecoder, RefusesContentOfAnotherSizeThanTheHeadStates) {
  const Decoded right = decoded(ContentCoding::zstd, frame_of("content", 7), 1000, 1000);
  EXPECT_EQ(right.problem, "");
  EXPECT_EQ(right.content, "content");
  for (const std::uint64_t stated : {6U, 8U, 12U, 1'000'007U})
    EXPECT_NE(decoded(ContentCoding::zstd, frame_of("content", stated), 1000, 1000).problem, "")
        << stated;
}

TEST(ContentDecoder, SaysThatMoreFollows) {
  const std::string good = compressed("some content");
  EXPECT_EQ(decoded(ContentCoding::zstd, good + "x", 1, 100).problem,
            "the body is not valid zstd: more follows behind its end");
  EXPECT_EQ(decoded(ContentCoding::gzip, "", 1, 100).problem,
            "the body is not valid gzip: it ends too early");
}

}  // namespace
}  // namespace shaman::http
