// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/requirements_answer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace shaman::http {
namespace {

BlobId blob(std::string_view text, std::uint64_t size) {
  return {Sha256::of(text), size};
}

std::string all_of(PieceSource& source) {
  std::string out;
  while (source.produce(out)) {
  }
  return out;
}

TEST(RequirementsAnswer, NamesEachMissingBlobOnceAndEchoesItsPath) {
  FileList files;
  files.add(blob("a", 1), "first\\\"ü");
  files.add(blob("b", 2), "stored");
  files.add(blob("a", 1), "same blob again");
  files.add(blob("a", 2), "same sha, other size");
  RequirementsAnswer answer(std::move(files), {BlobStatus::unknown, BlobStatus::stored,
                                               BlobStatus::unknown, BlobStatus::uploading});
  const auto json = nlohmann::json::parse(all_of(answer));
  ASSERT_EQ(json["files"].size(), 2U);
  EXPECT_EQ(json["files"][0], (nlohmann::json{{"sha", Sha256::of("a").hex()},
                                              {"size", 1},
                                              {"path", "first\\\"ü"},
                                              {"status", "unknown"}}));
  EXPECT_EQ(json["files"][1]["path"], "same sha, other size");
  EXPECT_EQ(json["files"][1]["status"], "uploading");
}

TEST(RequirementsAnswer, IsAnArrayAlsoWhenEmpty) {
  RequirementsAnswer none({}, {});
  EXPECT_EQ(all_of(none), R"({"files":[]})");
}

TEST(RequirementsAnswer, ComesInPieces) {
  FileList files;
  for (std::uint64_t i = 0; i < 5000; ++i)
    files.add(blob("x", i), "path/" + std::to_string(i));
  RequirementsAnswer answer(std::move(files), std::vector(5000, BlobStatus::unknown));
  std::string all;
  std::size_t pieces = 1;
  std::string piece;
  while (answer.produce(piece)) {
    EXPECT_LT(piece.size(), 80'000U);
    all += piece;
    piece.clear();
    ++pieces;
  }
  all += piece;
  EXPECT_GT(pieces, 5U);
  EXPECT_EQ(nlohmann::json::parse(all)["files"].size(), 5000U);
}

}  // namespace
}  // namespace shaman::http
