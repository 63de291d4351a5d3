// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/files_request.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using testing::HasSubstr;

const std::string kSha(64, 'a');

JsonBody body_of(std::string_view text, std::size_t piece = 7) {
  JsonBody body;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    JsonBody::Part part;
    part.length = std::min(piece, text.size());
    part.memory.reset(new char[part.length]);
    std::memcpy(part.memory.get(), text.data(), part.length);
    body.add(std::move(part));
  }
  return body;
}

result<FilesRequest> read(std::string_view text,
                          FilesRequestKind kind = FilesRequestKind::requirements,
                          std::size_t max_files = 100) {
  JsonBody body = body_of(text);
  return read_files_request(body, kind, max_files);
}

std::string file(const std::string& more = R"("path":"p")") {
  return R"({"sha":")" + kSha + R"(","size":1,)" + more + "}";
}

TEST(FilesRequest, ReadsFilesAndSkipsWhatItDoesNotKnow) {
  const auto request = read(R"({"x":{"files":[1,{"sha":2}]},"files":[)" +
                                file(R"("y":[{"path":7}],"path":"ü\\\u00e4\"")") +
                                R"(,{"path":"","size":9223372036854775807,"sha":")" +
                                std::string(64, 'B') + R"("}],"checkoutPath":"a/b","z":null})",
                            FilesRequestKind::create);
  ASSERT_TRUE(request) << request.error().message();
  ASSERT_EQ(request->files.size(), 2U);
  EXPECT_EQ(request->files[0].path, "ü\\ä\"");
  EXPECT_EQ(request->files[0].id.digest.hex(), kSha);
  EXPECT_EQ(request->files[1].id.size, 9223372036854775807U);
  EXPECT_EQ(request->files[1].id.digest.hex(), std::string(64, 'b'));
  EXPECT_EQ(request->checkout_path, "a/b");
}

TEST(FilesRequest, AnEmptyListIsFine) {
  const auto request = read(R"({"files":[]})");
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->files.empty());
}

struct Bad {
  std::string text;
  const char* message;
};

TEST(FilesRequest, NamesWhatIsWrong) {
  const auto one = [](const std::string& text) { return R"({"files":[)" + text + "]}"; };
  const auto sized = [&](const std::string& size) {
    return one(R"({"sha":")" + kSha + R"(","path":"p","size":)" + size + "}");
  };
  const Bad bads[] = {
      {"", "no body"},
      {" ", "not valid JSON"},
      {"nonsense", "not valid JSON"},
      {R"({"files":[]} x)", "not valid JSON"},
      {R"({"files":[)", "not valid JSON"},
      {"[]", "the body must be an object, not an array"},
      {"7", "the body must be an object, not a number"},
      {"null", "the body must be an object, not null"},
      {"{}", "it has no files"},
      {R"({"files":{}})", "files must be an array, not an object"},
      {R"({"files":null})", "files must be an array, not null"},
      {R"({"files":[],"files":[]})", "files is there twice"},
      {one("7"), "files[0] must be an object, not a number"},
      {one("[]"), "files[0] must be an object, not an array"},
      {one(file() + ",{}"), "files[1] has no sha"},
      {one(R"({"sha":")" + kSha + R"("})"), "files[0] has no size"},
      {one(R"({"sha":")" + kSha + R"(","size":1})"), "files[0] has no path"},
      {one(file() + R"(,{"sha":"abc"})"), "files[1].sha must be a SHA-256"},
      {one(R"({"sha":1})"), "files[0].sha must be a string, not a number"},
      {one(R"({"sha":{}})"), "files[0].sha must be a string, not an object"},
      {one(file(R"("path":"a","path":"b")")), "files[0].path is there twice"},
      {one(file(R"("path":["a"])")), "files[0].path must be a string, not an array"},
      {sized("-1"), "files[0].size must be a whole number of bytes, not a negative number"},
      {sized("1.0"), "files[0].size must be a whole number of bytes, not a fraction"},
      {sized("1e3"), "not a fraction"},
      {sized("\"1\""), "files[0].size must be a whole number of bytes, not a string"},
      {sized("true"), "not a boolean"},
      {sized("9223372036854775808"), "files[0].size is larger than"},
      {sized("18446744073709551616"), "files[0].size"},
      {one(file("\"path\":\"\xff\"")), "UTF-8"},
      {one(file("\"path\":\"\xed\xa0\x80\"")), "UTF-8"},
      {one(file(R"("path":"\ud800")")), "surrogate"},
      {R"({"\u0000":"\xff")", "not valid JSON"},
  };
  EXPECT_FALSE(read(std::string_view("{\"files\":[]}\0", 13)));
  EXPECT_FALSE(read(std::string_view("{\"files\":[]}\0x", 14)));
  for (const Bad& bad : bads) {
    const auto request = read(bad.text);
    ASSERT_FALSE(request) << bad.text;
    EXPECT_EQ(request.error().code, errc::invalid_argument) << bad.text;
    EXPECT_THAT(request.error().message(), HasSubstr(bad.message)) << bad.text;
  }
}

TEST(FilesRequest, ACreateNeedsAPath) {
  const auto create = FilesRequestKind::create;
  EXPECT_THAT(read(R"({"files":[]})", create).error().message(), HasSubstr("checkoutPath"));
  EXPECT_THAT(read(R"({"files":[],"checkoutPath":3})", create).error().message(),
              HasSubstr("checkoutPath must be a string, not a number"));
  // Requirements do not know it, so any value will do there.
  EXPECT_TRUE(read(R"({"files":[],"checkoutPath":3})"));
}

TEST(FilesRequest, BoundsDepthFilesAndTokens) {
  const auto nested = [](std::size_t depth) {
    return R"({"files":[],"x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(read(nested(kMaxJsonDepth)));
  EXPECT_THAT(read(nested(kMaxJsonDepth + 1)).error().message(), HasSubstr("deeper than 16"));

  const auto two = R"({"files":[)" + file() + "," + file() + "]}";
  EXPECT_TRUE(read(two, FilesRequestKind::requirements, 2));
  const auto too_many = read(two, FilesRequestKind::requirements, 1);
  EXPECT_EQ(too_many.error().code, errc::too_large);

  JsonBody endless =
      body_of(R"({"files":[],"x":")" + std::string(3 * JsonBody::kMaxToken, 'x') + "\"}", 65536);
  const auto cut = read_files_request(endless, FilesRequestKind::requirements, 1);
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message(), HasSubstr("one value is longer"));
}

}  // namespace
}  // namespace shaman::http
