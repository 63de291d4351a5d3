// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace shaman::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string whole(const FileList& files, std::string_view path, std::size_t piece) {
  FilesBody body(files, path);
  std::string text;
  std::vector<std::byte> buffer(piece);
  for (;;) {
    const result<std::size_t> read = body.read(buffer);
    text.append(reinterpret_cast<const char*>(buffer.data()), *read);
    if (*read < piece) return text;
  }
}

TEST(FilesBody, IsTheProtocolsJson) {
  FileList files;
  files.add({Sha256::of("a"), 1}, "tex/ä \"b\"\n\\.png");
  files.add({Sha256::of(""), 0}, "empty");
  const std::string text = whole(files, "film/a", 1000);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["checkoutPath"], "film/a");
  ASSERT_EQ(json["files"].size(), 2U);
  EXPECT_EQ(json["files"][0]["path"], "tex/ä \"b\"\n\\.png");
  EXPECT_EQ(json["files"][0]["sha"], Sha256::of("a").hex());
  EXPECT_EQ(json["files"][1]["size"], 0);
  EXPECT_EQ(FilesBody::length_of(files, "film/a"), text.size());
}

TEST(FilesBody, IsTheSameInPiecesOfAnySize) {
  FileList files;
  for (int i = 0; i < 3000; ++i)
    files.add({Sha256::of(std::to_string(i)), 7}, "f" + std::to_string(i));
  const std::string text = whole(files, "", 1 << 20);
  EXPECT_EQ(text, whole(files, "", 1));
  EXPECT_EQ(text, whole(files, "", 65536));
  EXPECT_EQ(FilesBody::length_of(files, ""), text.size());
  EXPECT_EQ(nlohmann::json::parse(text)["files"].size(), 3000U);
  EXPECT_EQ(whole({}, "", 10), R"({"files":[]})");
}

std::string entry(const std::string& rest) {
  return R"({"files":[{"sha":")" + Sha256::of("a").hex() + "\"" + rest + "}]}";
}

TEST(ReadRequirements, TakesOnlyWhatIsNeeded) {
  const auto read = read_requirements(
      R"({"note":{"files":[1,2]},"files":[{"sha":")" + Sha256::of("a").hex() +
      R"(","size":5,"path":"p","status":"uploading","more":{"size":9,"sha":"x"}},{"sha":")" +
      Sha256::of("b").hex() + R"(","size":6,"status":"stored"}]})");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ((*read)[0].id, (BlobId{Sha256::of("a"), 5}));
  EXPECT_EQ((*read)[0].status, BlobStatus::uploading);
  EXPECT_TRUE(read_requirements(R"({"files":[]})")->empty());
}

TEST(ReadRequirements, RefusesWhatTheProtocolDoesNotAllow) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string("7"),
        std::string(R"({"files":7})"), std::string(R"({"files":[{}]})"),
        std::string(R"({"files":[{"sha":"xyz","size":1}]})"), entry(""), entry(R"(,"size":-1)"),
        entry(R"(,"size":1,"status":"lost")"), entry(R"(,"size":1)") + "x",
        R"({"files":)" + std::string(100, '[') + std::string(100, ']') + "}"}) {
    const auto read = read_requirements(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::protocol_error);
  }
}

TEST(ReadSmallAnswers, ChecksTheirShape) {
  EXPECT_EQ(*read_checkout_path(R"({"checkoutPath":"a/b"})"), "a/b");
  EXPECT_FALSE(read_checkout_path(R"({"checkoutPath":7})"));
  EXPECT_FALSE(read_checkout_path("nonsense"));
  EXPECT_EQ(*read_status(R"({"status":"stored"})"), BlobStatus::stored);
  EXPECT_FALSE(read_status(R"({"status":"lost"})"));
}

TEST(ReadAnswers, SayWhatIsNoJson) {
  EXPECT_THAT(read_requirements("nonsense").error().message(),
              AllOf(HasSubstr("it is not JSON"), Not(HasSubstr("exception"))));
}

}  // namespace
}  // namespace shaman::client
