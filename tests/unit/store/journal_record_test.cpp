// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "store/journal/record.hpp"

namespace shaman::journal {
namespace {

constexpr std::uint64_t kNonce = 0x0123456789abcdef;

TEST(JournalRecordTest, ReadsWhatItWrote) {
  const BlobId id{Sha256::of("content"), 0xfedcba9876543210};
  const std::string header = record_header(id, kNonce, 3 * kPage);
  EXPECT_EQ(header.size(), kRecordHeader);
  EXPECT_EQ(read_record_header(header, kNonce, 3 * kPage), id);
  EXPECT_EQ(read_record_header(header + "content", kNonce, 3 * kPage), id);
  EXPECT_EQ(segment_header(kNonce).size(), kSegmentHeader);
  EXPECT_EQ(read_segment_header(segment_header(kNonce)), kNonce);
}

TEST(JournalRecordTest, IsNoRecordOfAnotherUseOrPlace) {
  const std::string header = record_header({Sha256::of("content"), 7}, kNonce, kPage);
  EXPECT_FALSE(read_record_header(header, kNonce + 1, kPage));
  EXPECT_FALSE(read_record_header(header, kNonce, 2 * kPage));
}

TEST(JournalRecordTest, NoBitMayDiffer) {
  const std::string record = record_header({Sha256::of("content"), 7}, kNonce, kPage);
  const std::string segment = segment_header(kNonce);
  for (std::size_t i = 0; i < record.size() * 8; ++i) {
    std::string other = record;
    other[i / 8] = static_cast<char>(other[i / 8] ^ (1 << i % 8));
    EXPECT_FALSE(read_record_header(other, kNonce, kPage)) << i;
  }
  for (std::size_t i = 0; i < segment.size() * 8; ++i) {
    std::string other = segment;
    other[i / 8] = static_cast<char>(other[i / 8] ^ (1 << i % 8));
    EXPECT_FALSE(read_segment_header(other)) << i;
  }
}

TEST(JournalRecordTest, IsNotReadWhereItEndsEarly) {
  const std::string header = record_header({Sha256::of("content"), 7}, kNonce, kPage);
  for (std::size_t length = 0; length < header.size(); ++length)
    EXPECT_FALSE(read_record_header(header.substr(0, length), kNonce, kPage)) << length;
  EXPECT_FALSE(read_record_header(std::string(kPage, '\0'), kNonce, kPage));
  EXPECT_FALSE(read_segment_header(std::string(kPage, '\0')));
}

TEST(JournalRecordTest, TakesWholePages) {
  EXPECT_EQ(record_bytes(0), kPage);
  EXPECT_EQ(record_bytes(kPage - kRecordHeader), kPage);
  EXPECT_EQ(record_bytes(kPage - kRecordHeader + 1), 2 * kPage);
}

}  // namespace
}  // namespace shaman::journal
