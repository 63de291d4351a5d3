// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/receive/content_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "protocol/batch.hpp"

using namespace shaman;
using namespace shaman::pull;

namespace {

BlobId id_of(const std::string& content) {
  return {Sha256::of(content), content.size()};
}

// What the reader gave, and how it ended.
struct Reading {
  explicit Reading(std::vector<BlobId> expected)
      : reader(std::move(expected),
               {[this](const BlobId& id, std::span<const std::byte> content) -> result<void> {
                  EXPECT_EQ(Sha256::of(content), id.digest);
                  whole.emplace_back(reinterpret_cast<const char*>(content.data()), content.size());
                  return {};
                },
                [this](const BlobId& id) -> result<void> {
                  missing.push_back(id);
                  return {};
                }}) {}

  result<void> write(std::string_view text) { return reader.write(std::as_bytes(std::span(text))); }

  std::vector<std::string> whole;
  std::vector<BlobId> missing;
  ContentReader reader;
};

const std::vector<std::string> kContents{"one", "", "three\nlines\n", std::string(5000, 'x')};

std::vector<BlobId> ids() {
  std::vector<BlobId> all;
  for (const std::string& content : kContents)
    all.push_back(id_of(content));
  return all;
}

std::string answer() {
  std::string text;
  for (const std::string& content : kContents)
    text += protocol::batch_header(id_of(content)) + content;
  return text;
}

TEST(ContentReader, GivesEachFileHoweverItIsCut) {
  for (const std::size_t piece : {1U, 2U, 3U, 64U, 71U, 4096U, 100'000U}) {
    Reading reading(ids());
    const std::string text = answer();
    for (std::size_t at = 0; at < text.size(); at += piece)
      ASSERT_TRUE(reading.write(std::string_view(text).substr(at, piece)));
    EXPECT_EQ(reading.whole, kContents);
    EXPECT_TRUE(reading.reader.is_over());
  }
}

TEST(ContentReader, SaysWhatIsMissing) {
  Reading reading({id_of("a"), id_of("b")});
  ASSERT_TRUE(reading.write(id_of("a").digest.hex() + " missing\n"));
  EXPECT_EQ(reading.missing, std::vector<BlobId>{id_of("a")});
  EXPECT_EQ(reading.reader.done(), 1U);
  EXPECT_FALSE(reading.reader.is_over());
}

TEST(ContentReader, RefusesWhatWasNotRequested) {
  const std::string header = protocol::batch_header(id_of("a"));
  for (const std::string& text :
       {protocol::batch_header(id_of("b")) + "b", header.substr(0, 64) + " 2\naa",
        header.substr(0, 64) + " 01\na", std::string("\n"), std::string(100, '0'),
        id_of("b").digest.hex() + " missing\n", header + "a" + header}) {
    Reading reading({id_of("a")});
    const auto taken = reading.write(text);
    ASSERT_FALSE(taken) << text;
    EXPECT_EQ(taken.error().code, errc::protocol_error);
  }
}

TEST(ContentReader, GivesNoOtherContent) {
  Reading reading({id_of("a")});
  const auto taken = reading.write(protocol::batch_header(id_of("a")) + "b");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, errc::content_mismatch);
  EXPECT_TRUE(reading.whole.empty());
}

}  // namespace
