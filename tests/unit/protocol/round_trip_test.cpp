// SPDX-License-Identifier: GPL-3.0-or-later
// What one side of the wire writes, the other reads as it was meant.
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "protocol/batch.hpp"
#include "protocol/encoded_word.hpp"
#include "protocol/files_request.hpp"
#include "protocol/parameters.hpp"
#include "protocol/requirements_answer.hpp"
#include "protocol/rfc2047.hpp"
#include "protocol/wire.hpp"

namespace shaman {
namespace {

// Quotes, control characters, four bytes of UTF-8, and none.
const std::vector<std::string> kNames{
    "scene.blend",         "tex/größe \"1\".png", "a\\b\n\t\x01\x7f", "日本/🙂.exr",
    std::string(300, 'n'), "=?utf-8?q?x?=",       " blanks  ",        "%2F#?"};

FileList list_of_all() {
  FileList files;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    files.add({Sha256::of(kNames[i]), i == 0 ? 0 : std::uint64_t{1} << (7 * i)}, kNames[i]);
  return files;
}

http::JsonBody body_of(const FileList& files, std::string_view path) {
  client::FilesBody source(files, path);
  std::string text(client::FilesBody::length_of(files, path), '\0');
  const auto read = source.read(std::as_writable_bytes(std::span(text)));
  EXPECT_EQ(*read, text.size());
  http::JsonBody body;
  http::JsonBody::Part part{std::make_unique<char[]>(text.size()), text.size()};
  std::memcpy(part.memory.get(), text.data(), text.size());
  body.add(std::move(part));
  return body;
}

TEST(RoundTrip, AListOfFilesAndAWantedPath) {
  const FileList files = list_of_all();
  http::JsonBody body = body_of(files, "film/shot \"1\" ü");
  const auto request = http::read_files_request(body, http::FilesRequestKind::create, 100);
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(request->checkout_path, "film/shot \"1\" ü");
  ASSERT_EQ(request->files.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(request->files[i].path, files[i].path);
    EXPECT_EQ(request->files[i].id, files[i].id);
  }
}

TEST(RoundTrip, WhatIsStillRequired) {
  std::vector<BlobStatus> statuses;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    statuses.push_back(
        std::array{BlobStatus::unknown, BlobStatus::uploading, BlobStatus::stored}[i % 3]);
  http::RequirementsAnswer answer(list_of_all(), statuses);
  std::string json;
  while (answer.produce(json)) {
  }
  const auto required = client::read_requirements(json);
  ASSERT_TRUE(required) << required.error().message();
  const FileList files = list_of_all();
  std::size_t at = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (statuses[i] == BlobStatus::stored) continue;
    ASSERT_LT(at, required->size());
    EXPECT_EQ((*required)[at].id, files[i].id);
    EXPECT_EQ((*required)[at++].status, statuses[i]);
  }
  EXPECT_EQ(at, required->size());
}

TEST(RoundTrip, NamesOfFilesInAHeaderField) {
  for (const std::string& name : kNames)
    EXPECT_EQ(http::decode_rfc2047(client::encoded_words(name)), name);
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte)
    all_bytes += static_cast<char>(byte);
  EXPECT_EQ(http::decode_rfc2047(client::encoded_words(all_bytes)), all_bytes);
}

TEST(RoundTrip, HeadersOfABatch) {
  const FileList files = list_of_all();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string line = protocol::batch_header(files[i].id);
    EXPECT_LE(line.size(), protocol::kLongestBatchHeader + 1);
    const std::size_t space = line.find(' ');
    const auto id =
        http::parse_blob_id(line.substr(0, space), line.substr(space + 1, line.size() - space - 2));
    ASSERT_TRUE(id) << line;
    EXPECT_EQ(*id, files[i].id);
  }
}

TEST(RoundTrip, WhatBecameOfTheFilesOfABatch) {
  std::vector<protocol::BatchedFile> files;
  for (const std::string& name : kNames)
    files.push_back({{Sha256::of(name), name.size()}, files.empty() ? 204U : 417U, name});
  files.front().message.clear();
  const auto read = protocol::read_batch_answer(protocol::batch_answer(files));
  ASSERT_EQ(read.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(read[i].status, files[i].status);
    EXPECT_EQ(read[i].message, files[i].message);
  }
  EXPECT_TRUE(protocol::read_batch_answer(R"({"files":[{"status":"204"}]})").empty());
  EXPECT_TRUE(protocol::read_batch_answer("<html>").empty());
}

}  // namespace
}  // namespace shaman
