// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/ingest.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace shaman::protocol {
namespace {

std::string content_of(std::size_t size) {
  std::string content(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : content)
    byte = static_cast<char>((state = state * 1'664'525U + 1'013'904'223U) >> 24U);
  return content;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

IngestChallenge challenge_for(std::string_view content) {
  return {Digest(), {Sha256::of(content), content.size()}};
}

Digest streamed(std::string_view content, std::size_t step) {
  IngestProof proof(challenge_for(content));
  for (; !content.empty(); content.remove_prefix(std::min(step, content.size())))
    proof.update(bytes_of(content.substr(0, step)));
  return proof.finish();
}

TEST(Ingest, EachPartOfTheFileHasARange) {
  for (const std::uint64_t size :
       {kIngestFrom, kIngestFrom + 1, kIngestFrom * 3 + 255, (std::uint64_t{1} << 63U) - 1}) {
    const IngestChallenge challenge(Digest(), {Digest(), size});
    for (std::size_t i = 0; i < kProofRanges; ++i) {
      const std::uint64_t begin =
          i * (size / kProofRanges) + std::min<std::uint64_t>(i, size % kProofRanges);
      EXPECT_GE(challenge.offset(i), begin);
      EXPECT_LE(challenge.offset(i) + kProofRangeBytes, begin + size / kProofRanges + 1);
      EXPECT_LE(challenge.offset(i) + kProofRangeBytes, size);
    }
  }
}

TEST(Ingest, AStreamAndTheRangesAloneGiveTheSameProof) {
  const std::string content = content_of(kIngestFrom * 2 + 99);
  const IngestChallenge challenge = challenge_for(content);
  IngestProof proof(challenge);
  for (std::size_t i = 0; i < kProofRanges; ++i)
    proof.add_range(
        bytes_of(std::string_view(content).substr(challenge.offset(i), kProofRangeBytes)));
  const Digest ranges = proof.finish();
  for (const std::size_t step :
       {content.size(), std::size_t{4096}, std::size_t{1000}, std::size_t{7}, std::size_t{65'536}})
    EXPECT_EQ(streamed(content, step), ranges) << step;
}

TEST(Ingest, AnotherSeedOrFileHasOtherRanges) {
  const BlobId id{Digest(), kIngestFrom * 100};
  const Digest other = Sha256::of("other");
  const IngestChallenge first(Digest(), id);
  for (const IngestChallenge& second :
       {IngestChallenge(other, id), IngestChallenge(Digest(), {other, id.size})}) {
    EXPECT_NE(first.offset(0), second.offset(0));
    EXPECT_NE(first.challenge(), second.challenge());
  }
  EXPECT_NE(ingest_seed(other, "token Anna"), ingest_seed(other, "token Ben"));
  EXPECT_NE(ingest_seed(other, "token Anna"), ingest_seed(Digest(), "token Anna"));
}

TEST(Ingest, PathsAreReadAsTheyWereWritten) {
  for (const std::string path :
       {"/mnt/a b/ü.vdb", "P:/x%41/y", "a", "/", "//server/share/%", "/a\\b"}) {
    const auto read = parse_ingest_path(ingest_path(path));
    ASSERT_TRUE(read) << path;
    EXPECT_EQ(*read, path);
  }
}

TEST(Ingest, PathsThatAreRefused) {
  for (const std::string& path :
       {std::string(), std::string("a%00b"), std::string("%0a"), std::string("%7f"),
        std::string(kLongestIngestPath + 1, 'a'), std::string(3 * kLongestIngestPath + 1, 'a')}) {
    const auto read = parse_ingest_path(path);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::invalid_argument);
  }
}

}  // namespace
}  // namespace shaman::protocol
