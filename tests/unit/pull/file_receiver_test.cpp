// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/receive/file_receiver.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "pull/cache/names.hpp"
#include "temporary_folder.hpp"

using namespace shaman;
using namespace shaman::pull;

namespace {

const std::string kContent = "0123456789";
const BlobId kId{Sha256::of(kContent), kContent.size()};

class FileReceiving : public testing::Test {
 protected:
  std::unique_ptr<FileReceiver> open() { return *FileReceiver::open(*cache, kId, progress); }
  static result<void> write(FileReceiver& receiver, std::string_view text) {
    return receiver.write(std::as_bytes(std::span(text)));
  }
  static client::HttpResponse part(const std::string& range) {
    client::HttpResponse head;
    head.status = 206;
    head.content_range = range;
    return head;
  }

  test::TemporaryFolder folder;
  std::unique_ptr<BlobCache> cache = *BlobCache::open(folder.path("cache"), 1 << 20U);
  client::Progress progress;
};

TEST_F(FileReceiving, GoesOnWhereAnEarlierRunEnded) {
  ASSERT_TRUE(write(*open(), "01234"));
  const auto receiver = open();
  EXPECT_EQ(receiver->held(), 5U);
  client::HttpRequest request;
  receiver->add_fields(request);
  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.headers[0].second, "bytes=5-");
  EXPECT_EQ(request.headers[1].second, "\"" + blob_name(kId) + "\"");
  ASSERT_TRUE(receiver->begin(part("bytes 5-9/10")));
  ASSERT_TRUE(write(*receiver, "56789"));
  ASSERT_TRUE(receiver->is_whole());
  ASSERT_TRUE(receiver->finish());
  EXPECT_EQ(receiver->resumed(), 5U);
  EXPECT_TRUE(cache->has(kId));
  EXPECT_EQ(test::TemporaryFolder::read(cache->path_of(kId)), kContent);
  EXPECT_FALSE(std::filesystem::exists(cache->partial_path_of(kId)));
}

TEST_F(FileReceiving, TakesAWholeAnswerInPlaceOfARest) {
  ASSERT_TRUE(write(*open(), "xxx"));
  progress.bytes_done = 0;
  const auto receiver = open();
  client::HttpResponse head;
  head.status = 200;
  ASSERT_TRUE(receiver->begin(head));
  EXPECT_EQ(receiver->held(), 0U);
  ASSERT_TRUE(write(*receiver, kContent));
  ASSERT_TRUE(receiver->finish());
  EXPECT_EQ(progress.bytes_done, kContent.size());
}

TEST_F(FileReceiving, RefusesAnotherPart) {
  ASSERT_TRUE(write(*open(), "01234"));
  for (const char* const range :
       {"", "bytes 4-9/10", "bytes 5-8/10", "bytes 5-9/11", "bytes 5-9/*"})
    EXPECT_FALSE(open()->begin(part(range))) << range;
}

TEST_F(FileReceiving, RefusesMoreThanTheFileHas) {
  const auto receiver = open();
  ASSERT_TRUE(write(*receiver, "01234567"));
  EXPECT_FALSE(write(*receiver, "890"));
}

TEST_F(FileReceiving, ThrowsAwayWhatIsNotRight) {
  const auto receiver = open();
  ASSERT_TRUE(write(*receiver, "0123456780"));
  const auto finished = receiver->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, errc::content_mismatch);
  EXPECT_FALSE(cache->has(kId));
  EXPECT_EQ(open()->held(), 0U);
}

TEST_F(FileReceiving, ThrowsAwayWhatIsLongerThanTheFile) {
  folder.write("cache/partial/" + blob_name(kId), kContent + "more");
  EXPECT_EQ(open()->held(), 0U);
}

TEST_F(FileReceiving, FilesInTheCacheAreReadOnly) {
  ASSERT_TRUE(put(*cache, kId, std::as_bytes(std::span(kContent))));
  const auto rights = std::filesystem::status(cache->path_of(kId)).permissions();
  EXPECT_EQ(rights & std::filesystem::perms::owner_write, std::filesystem::perms::none);
}

}  // namespace
