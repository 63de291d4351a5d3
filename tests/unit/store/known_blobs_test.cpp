// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <filesystem>
#include <fstream>

#include "shaman/store.hpp"

#include "store_fixture.hpp"

namespace shaman {
namespace {

namespace files = std::filesystem;
using test::bytes;
using test::id_of;

class KnownBlobsTest : public test::StoreTest {
 protected:
  const Requester anna_{"token anna", false};
  const Requester ben_{"token ben", false};

  void send(Store& store, std::string_view content, const Requester& requester) {
    auto begun = store.begin_upload(id_of(content), false, requester);
    ASSERT_TRUE(begun);
    Upload upload = std::move(std::get<Upload>(*begun));
    ASSERT_TRUE(upload.write(bytes(content)));
    ASSERT_TRUE(test::commit(store, std::move(upload)));
  }
  [[nodiscard]] files::path folder_of(const Requester& requester) const {
    return below(".shaman/proofs/" + Sha256::of(requester.scope).hex());
  }
  [[nodiscard]] std::vector<files::path> proof_files(const Requester& requester) const {
    std::vector<files::path> found;
    for (const auto& entry : files::directory_iterator(folder_of(requester)))
      found.push_back(entry.path());
    return found;
  }
};

TEST_F(KnownBlobsTest, AreOfOneScope) {
  const auto store = open();
  send(*store, "secret", anna_);
  EXPECT_EQ(*store->status(id_of("secret"), anna_), BlobStatus::stored);
  EXPECT_EQ(*store->status(id_of("secret"), ben_), BlobStatus::unknown);
  EXPECT_EQ(*store->status(id_of("secret"), {"token root", true}), BlobStatus::stored);
  EXPECT_EQ(*store->status(id_of("secret")), BlobStatus::stored);
}

TEST_F(KnownBlobsTest, AreNoneOfWhatIsNotThere) {
  const auto store = open();
  send(*store, "secret", anna_);
  files::remove(blob_path(id_of("secret")));
  EXPECT_EQ(*store->status(id_of("secret"), anna_), BlobStatus::unknown);
}

TEST_F(KnownBlobsTest, OutliveATornEnd) {
  {
    const auto store = open();
    send(*store, "one", anna_);
    send(*store, "two", anna_);
  }
  ASSERT_EQ(proof_files(anna_).size(), 1U);
  const files::path file = proof_files(anna_).front();
  ASSERT_EQ(files::file_size(file), 80U);
  files::resize_file(file, 63);
  const auto store = open();
  EXPECT_EQ(*store->status(id_of("one"), anna_), BlobStatus::stored);
  EXPECT_EQ(*store->status(id_of("two"), anna_), BlobStatus::unknown);
  send(*store, "two", anna_);
  EXPECT_EQ(*store->status(id_of("two"), anna_), BlobStatus::stored);
}

TEST_F(KnownBlobsTest, ManyOldFilesBecomeOne) {
  for (int i = 0; i < 12; ++i) {
    const auto store = open();
    send(*store, "file " + std::to_string(i), anna_);
  }
  ASSERT_EQ(proof_files(anna_).size(), 12U);
  for (const files::path& file : proof_files(anna_))
    files::last_write_time(file, files::file_time_type::clock::now() - std::chrono::hours(48));
  for (int round = 0; round < 2; ++round) {
    const auto store = open();
    for (int i = 0; i < 12; ++i)
      EXPECT_EQ(*store->status(id_of("file " + std::to_string(i)), anna_), BlobStatus::stored);
    EXPECT_EQ(proof_files(anna_).size(), 1U);
  }
}

TEST_F(KnownBlobsTest, WhatCannotBeKeptIsRememberedAndSaid) {
  const auto store = open();
  std::ofstream(below(".shaman/proofs")) << "in the way";
  send(*store, "secret", anna_);
  EXPECT_EQ(*store->status(id_of("secret"), anna_), BlobStatus::stored);
  ASSERT_FALSE(log_.empty());
  EXPECT_NE(log_.back().find("until the server stops"), std::string::npos);
}

}  // namespace
}  // namespace shaman
