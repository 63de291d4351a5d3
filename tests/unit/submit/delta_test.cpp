// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/delta/delta.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "protocol/delta.hpp"
#include "submit/delta/cutter.hpp"

namespace shaman::client {
namespace {

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string out;
  while (out.size() < size) {
    const std::uint64_t word = random();
    out.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  out.resize(size);
  return out;
}

CutPieces cut(std::string_view content, std::size_t step = 1'000'000) {
  Cutter cutter;
  for (; !content.empty(); content.remove_prefix(std::min(step, content.size())))
    cutter.update(std::as_bytes(std::span(content.substr(0, step))));
  return cutter.finish();
}

std::uint64_t length_of(const CutPieces& pieces) {
  std::uint64_t sum = 0;
  for (const CutPiece& piece : pieces)
    sum += piece.length;
  return sum;
}

std::uint64_t new_bytes(const std::vector<DeltaRange>& ranges) {
  std::uint64_t sum = 0;
  for (const DeltaRange& range : ranges)
    sum += range.is_in_base ? 0 : range.length;
  return sum;
}

PackedBudget budget;

OpenBody opens(const std::string& content) {
  return [content]() -> result<std::unique_ptr<BodySource>> {
    return std::unique_ptr<BodySource>(std::make_unique<TextBody>(content));
  };
}

// What a server makes of the body, which is read in pieces of this size.
std::string assembled(BodySource& body, std::string_view base, std::uint64_t size,
                      std::uint64_t body_length, std::size_t step) {
  std::string delta;
  std::vector<std::byte> buffer(step);
  for (;;) {
    const auto read = body.read(buffer);
    EXPECT_TRUE(read);
    if (!read) return {};
    delta.append(reinterpret_cast<const char*>(buffer.data()), *read);
    if (*read < buffer.size()) break;
  }
  EXPECT_EQ(delta.size(), body_length);
  protocol::DeltaDecoder decoder(size, base.size());
  std::string out;
  std::span<const std::byte> input = std::as_bytes(std::span(delta));
  for (;;) {
    const auto part = decoder.next(input);
    EXPECT_TRUE(part);
    if (!part || part->is_none()) break;
    if (part->length > 0)
      out += base.substr(part->offset, part->length);
    else
      out.append(reinterpret_cast<const char*>(part->content.data()), part->content.size());
  }
  EXPECT_TRUE(decoder.end());
  return out;
}

TEST(Cutter, CutsWithinItsBounds) {
  const std::string content = noise(2'000'000, 1);
  const CutPieces pieces = cut(content);
  EXPECT_EQ(length_of(pieces), content.size());
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    EXPECT_GE(pieces[i].length, Cutter::kShortest);
    EXPECT_LE(pieces[i].length, Cutter::kLongest);
  }
  EXPECT_GT(pieces.size(), 2'000'000U / (32U << 10U));
  EXPECT_LT(pieces.size(), 2'000'000U / (10U << 10U));
}

TEST(Cutter, CutsTheSameHoweverTheBytesArrive) {
  const std::string content = noise(300'000, 2);
  const CutPieces pieces = cut(content);
  for (const std::size_t step : {1U, 3U, 4096U, 65'537U})
    EXPECT_EQ(cut(content, step), pieces) << step;
}

TEST(Cutter, CutsUniformContentAtTheLongestLength) {
  const CutPieces pieces = cut(std::string(200'000, '\0'));
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_EQ(pieces[0].length, Cutter::kLongest);
  EXPECT_EQ(pieces[0], pieces[1]);
  EXPECT_TRUE(cut("").empty());
}

TEST(Cutter, DistinguishesPieces) {
  std::string content = noise(20'000, 3);
  const CutPieces before = cut(content);
  for (const std::size_t at : {0U, 7U, 8U, 9'999U, 19'999U}) {
    std::string other = content;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_NE(cut(other), before) << at;
  }
  EXPECT_NE(cut(content + '\0'), before);
}

TEST(Cutter, IsReadBackFromText) {
  const CutPieces pieces = cut(noise(300'000, 4));
  EXPECT_EQ(decode_pieces(encode_pieces(pieces)), pieces);
  EXPECT_EQ(decode_pieces(""), CutPieces());
  EXPECT_FALSE(decode_pieces("12345"));
  EXPECT_FALSE(decode_pieces(std::string(12, '\0')));
  EXPECT_FALSE(decode_pieces(std::string(12, '\xFF')));
}

TEST(Compare, FindsWhatIsTheSameAroundChanges) {
  const std::string base = noise(3'000'000, 5);
  const auto changed = [&](const std::string& file) {
    return new_bytes(compare(cut(file), cut(base)));
  };
  EXPECT_EQ(changed(base), 0U);
  constexpr std::uint64_t kFew = 3 * Cutter::kLongest;
  EXPECT_LT(changed(base.substr(0, 1'000'000) + "inserted" + base.substr(1'000'000)), kFew);
  EXPECT_LT(changed(base.substr(0, 1'000'000) + base.substr(1'500'000)), kFew);
  EXPECT_LT(changed(base.substr(1'500'000) + base.substr(0, 1'500'000)), kFew);
  EXPECT_LT(changed("x" + base + "y"), kFew);
  EXPECT_EQ(changed(noise(3'000'000, 6)), 3'000'000U);
}

TEST(Compare, MergesWhatFollowsEachOther) {
  const std::string base = noise(1'000'000, 7);
  EXPECT_EQ(compare(cut(base), cut(base)), (std::vector<DeltaRange>{{base.size(), 0, true}}));
  // Equal pieces: the next one continues the range.
  const std::string uniform(10 * Cutter::kLongest, 'x');
  EXPECT_EQ(compare(cut(uniform), cut(uniform)).size(), 1U);
}

TEST(DeltaBody, GivesTheFileToAServerThatHasTheBase) {
  const std::string base = noise(2'000'000, 8);
  const std::string file = base.substr(0, 700'000) + std::string(600'000, 'p') + noise(300'000, 9) +
                           base.substr(900'000) + "end";
  const BlobId id{Sha256::of(base), base.size()};
  const auto delta =
      Delta::make(opens(file), id, compare(cut(file), cut(base)), file.size(), budget);
  ASSERT_TRUE(delta);
  ASSERT_TRUE(*delta);
  EXPECT_EQ((*delta)->base(), id);
  EXPECT_LT((*delta)->length(), 600'000U);
  for (const std::size_t step : {1'000U, 65'536U, 5'000'000U}) {
    const auto body = Delta::body(*delta, opens(file));
    ASSERT_TRUE(body);
    EXPECT_TRUE(assembled(**body, base, file.size(), (*delta)->length(), step) == file) << step;
  }
}

TEST(DeltaBody, IsNotMadeIfItIsTooLong) {
  const std::string file = noise(1'000'000, 10);
  const auto delta = Delta::make(opens(file), {}, compare(cut(file), {}), 500'000, budget);
  ASSERT_TRUE(delta);
  EXPECT_FALSE(*delta);
}

TEST(DeltaBody, KeepsNoMoreInMemoryThanTheBudgetAllows) {
  const std::string file(1'000'000, 'x');
  const std::vector<DeltaRange> all_new{{file.size(), 0, false}};
  PackedBudget small;
  ASSERT_TRUE(small.take(PackedBudget::kTotal));
  {
    const auto delta = Delta::make(opens(file), {}, all_new, 2 * file.size(), small);
    ASSERT_TRUE(delta && *delta);
    EXPECT_GT((*delta)->length(), file.size());
    const auto body = Delta::body(*delta, opens(file));
    EXPECT_TRUE(assembled(**body, "", file.size(), (*delta)->length(), 65'536) == file);
  }
  EXPECT_FALSE(small.take(1));
  small.give_back(PackedBudget::kTotal);
  {
    const auto delta = Delta::make(opens(file), {}, all_new, 2 * file.size(), small);
    ASSERT_TRUE(delta && *delta);
    EXPECT_LT((*delta)->length(), 1000U);
    EXPECT_FALSE(small.take(PackedBudget::kTotal));
  }
  EXPECT_TRUE(small.take(PackedBudget::kTotal));
}

TEST(DeltaBody, NoticesAnotherLength) {
  const std::string file = noise(100'000, 11);
  const auto ranges = compare(cut(file), cut(file));
  const auto delta = Delta::make(opens(file), {}, ranges, file.size(), budget);
  ASSERT_TRUE(delta && *delta);
  for (const std::string& other : {file.substr(1), file + "x"}) {
    const auto body = Delta::body(*delta, opens(other));
    ASSERT_TRUE(body);
    std::vector<std::byte> buffer(1000);
    EXPECT_EQ((*body)->read(buffer).error().code, errc::changed_while_read);
  }
  EXPECT_EQ(Delta::make(opens(file.substr(1)), {}, compare(cut(file), {}), 1'000'000, budget)
                .error()
                .code,
            errc::changed_while_read);
}

}  // namespace
}  // namespace shaman::client
