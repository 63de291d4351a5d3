// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/delta.hpp"

#include <gtest/gtest.h>

namespace shaman::protocol {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The file that results, from input in pieces of this size.
result<std::string> decoded(std::string_view delta, std::uint64_t size, std::string_view base,
                            std::size_t step = 1'000'000) {
  DeltaDecoder decoder(size, base.size());
  std::string out;
  for (; !delta.empty(); delta.remove_prefix(std::min(step, delta.size()))) {
    std::span<const std::byte> input = bytes(delta.substr(0, step));
    for (;;) {
      const auto part = decoder.next(input);
      if (!part) return part.error();
      if (part->is_none()) break;
      out += part->length > 0 ? base.substr(part->offset, part->length) : text(part->content);
    }
    EXPECT_TRUE(input.empty());
  }
  if (const auto ended = decoder.end(); !ended) return ended.error();
  EXPECT_EQ(decoder.made(), size);
  return out;
}

errc failure(std::string_view delta, std::uint64_t size, std::string_view base) {
  const auto outcome = decoded(delta, size, base);
  return outcome ? errc{} : outcome.error().code;
}

TEST(Delta, GivesItsFileWhateverTheInputIsCutInto) {
  const std::string base = "0123456789";
  const std::string many(200'000, 'x');
  const std::string small = packed(bytes(many));
  ASSERT_FALSE(small.empty());
  const std::string delta = copy_part(2, 5) + data_part(4) + "new\n" +
                            packed_part(many.size(), small.size()) + small + copy_part(9, 1);
  const std::string file = "23456new\n" + many + "9";
  for (const std::size_t step : {1U, 2U, 7U, 1'000'000U})
    EXPECT_EQ(decoded(delta, file.size(), base, step).value(), file);
}

TEST(Delta, CountsWhatItCopies) {
  DeltaDecoder decoder(8, 10);
  const std::string delta = "copy 0 5\ndata 3\nabc";
  std::span<const std::byte> input = bytes(delta);
  EXPECT_EQ(decoder.next(input)->length, 5U);
  EXPECT_EQ(text(decoder.next(input)->content), "abc");
  EXPECT_TRUE(decoder.next(input)->is_none());
  EXPECT_TRUE(decoder.end());
  EXPECT_EQ(decoder.copied(), 5U);
}

TEST(Delta, RefusesRangesThatAreNotInTheBase) {
  const std::string base(10, 'b');
  EXPECT_EQ(failure("copy 0 10\n", 10, base), errc{});
  EXPECT_EQ(failure("copy 1 10\n", 10, base), errc::invalid_argument);
  EXPECT_EQ(failure("copy 11 1\n", 10, base), errc::invalid_argument);
  EXPECT_EQ(failure("copy 9223372036854775807 2\n", 10, base), errc::invalid_argument);
  EXPECT_EQ(failure("copy 18446744073709551615 2\n", 10, base), errc::invalid_argument);
}

TEST(Delta, CopiesAtMostTwiceTheBase) {
  const std::string base(10, 'b');
  EXPECT_EQ(failure("copy 0 10\ncopy 0 10\n", 20, base), errc{});
  EXPECT_EQ(failure("copy 0 10\ncopy 0 10\ncopy 3 1\n", 21, base), errc::invalid_argument);
  EXPECT_EQ(failure("copy 0 1\n", 1, ""), errc::invalid_argument);
}

TEST(Delta, RefusesAnotherSize) {
  EXPECT_EQ(failure("copy 0 5\n", 6, "01234"), errc::content_mismatch);
  EXPECT_EQ(failure("copy 0 5\n", 4, "01234"), errc::content_mismatch);
  EXPECT_EQ(failure("copy 0 5\ndata 1\nx", 5, "01234"), errc::content_mismatch);
  EXPECT_EQ(failure("", 1, ""), errc::content_mismatch);
  EXPECT_EQ(failure("", 0, ""), errc{});
}

TEST(Delta, RefusesOtherForms) {
  for (const std::string_view delta :
       {"x", "\n", "copy\n", "copy 1\n", "copy 1 2 3\n", "copy 1  2\n", " copy 1 2\n",
        "copy 1 2 \n", "copy +1 2\n", "copy 0 0\n", "data 0\n", "data 1 1\nx", "zstd 5\n",
        "zstd 5 5\nabcde", "zstd 5 0\n", "zstd 5 3\nabc", "COPY 0 1\n", "data 3\nab",
        "zstd 5 3\nab"})
    EXPECT_EQ(failure(delta, 5, "0123456789"), errc::invalid_argument) << delta;
  EXPECT_EQ(failure(std::string(1000, 'c'), 5, ""), errc::invalid_argument);
}

TEST(Delta, BoundsPackedParts) {
  const std::string large(kMostUnpacked + 1, 'x');
  const std::string small = packed(bytes(large));
  EXPECT_EQ(failure(packed_part(large.size(), small.size()) + small, large.size(), ""),
            errc::invalid_argument);
  // Of more and of less than its line says.
  for (const std::size_t size : {999U, 1001U}) {
    const std::string content = packed(bytes(std::string(1000, 'x')));
    EXPECT_EQ(failure(packed_part(size, content.size()) + content, size, ""),
              errc::invalid_argument);
  }
}

TEST(Delta, BoundsTheNumberOfParts) {
  std::string delta;
  for (int i = 0; i < 17; ++i)
    delta += "copy 0 1\n";
  EXPECT_EQ(failure(delta, 17, "x"), errc::invalid_argument);
  EXPECT_EQ(failure(delta.substr(9), 16, "x"), errc{});
}

TEST(Delta, PacksOnlyWhatGetsSmaller) {
  std::string noise;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24U);
  EXPECT_EQ(packed(bytes(noise)), "");
  EXPECT_LT(packed(bytes(std::string(100'000, 'x'))).size(), 200U);
}

TEST(Delta, NamesItsBase) {
  const BlobId base{Sha256::of("base"), 123};
  EXPECT_EQ(parse_delta_base(delta_base(base)).value(), base);
  const std::string hex = base.digest.hex();
  for (const std::string& value : {std::string(), hex, hex + " ", hex + " -1", hex + "  1",
                                   hex + " 1 ", hex.substr(1) + " 1", "x" + hex + " 1"})
    EXPECT_FALSE(parse_delta_base(value)) << value;
}

}  // namespace
}  // namespace shaman::protocol
