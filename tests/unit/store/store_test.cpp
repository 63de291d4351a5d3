// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/store.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <thread>

#include <sys/stat.h>

#include "store_fixture.hpp"

namespace shaman {
namespace {

using test::begin;
using test::bytes;
using test::commit;
using test::id_of;
using test::put;
using test::TemporaryFolder;

class StoreTest : public test::StoreTest {};

mode_t mode_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

TEST_F(StoreTest, KeepsWhatIsUploaded) {
  const auto store = open();
  const BlobId id = id_of("a texture");
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  Upload upload = begin(*store, id);
  EXPECT_EQ(upload.id(), id);
  EXPECT_EQ(store->status(id).value(), BlobStatus::uploading);
  EXPECT_EQ(store->uploads_under_way(), 1U);
  ASSERT_TRUE(upload.write(bytes("a te")));
  ASSERT_TRUE(upload.write(bytes("xture")));
  EXPECT_EQ(upload.received(), 9U);
  EXPECT_EQ(store->upload_progress(id), 9U);
  ASSERT_TRUE(commit(*store, std::move(upload)));

  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_EQ(store->uploads_under_way(), 0U);
  EXPECT_EQ(TemporaryFolder::read(blob_path(id)), "a texture");
  EXPECT_EQ(mode_of(blob_path(id)), 0444U);
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  const auto again = store->begin_upload(id, false);
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(*again));
  EXPECT_EQ(store->counters().uploads_committed, 1U);
  EXPECT_EQ(store->counters().bytes_written, 9U);
}

TEST_F(StoreTest, KeepsFilesOfNoBytes) {
  const auto store = open();
  const BlobId id = put(*store, "");
  EXPECT_EQ(id.size, 0U);
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_TRUE(std::filesystem::is_regular_file(blob_path(id)));
}

TEST_F(StoreTest, KeepsLargeFiles) {
  const auto store = open();
  const std::string content(20'000'000, 'x');  // several steps of early write-back
  const BlobId id = id_of(content);
  Upload upload = begin(*store, id);
  for (std::size_t at = 0; at < content.size(); at += 200'000)
    ASSERT_TRUE(upload.write(bytes(content).subspan(at, 200'000)));
  ASSERT_TRUE(commit(*store, std::move(upload)));
  EXPECT_EQ(std::filesystem::file_size(blob_path(id)), content.size());
}

TEST_F(StoreTest, IsStillThereAfterARestart) {
  const BlobId id = put(*open(), "content");
  const auto store = open();
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
}

TEST_F(StoreTest, RefusesMoreThanTheDeclaredSizeAtOnce) {
  const auto store = open();
  Upload upload = begin(*store, id_of("12345"));
  ASSERT_TRUE(upload.write(bytes("1234")));
  EXPECT_EQ(upload.write(bytes("56")).error().code, errc::content_mismatch);
  EXPECT_EQ(commit(*store, std::move(upload)).error().code, errc::content_mismatch);
  EXPECT_EQ(store->status(id_of("12345")).value(), BlobStatus::unknown);
}

TEST_F(StoreTest, KeepsNothingOfWrongContent) {
  const auto store = open();
  const BlobId id = id_of("right");
  for (const std::string_view content : {"wrong", "rig", ""}) {
    Upload upload = begin(*store, id);
    ASSERT_TRUE(upload.write(bytes(content)));
    const auto outcome = commit(*store, std::move(upload));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, errc::content_mismatch);
    EXPECT_NE(outcome.error().message().find(id.brief()), std::string::npos);
    EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  }
  EXPECT_EQ(store->counters().uploads_failed, 3U);
  EXPECT_TRUE(files_below("file-store").empty());
}

TEST_F(StoreTest, AnAbandonedUploadLeavesNothing) {
  auto store = open();
  const BlobId id = id_of("content");
  {
    Upload upload = begin(*store, id);
    ASSERT_TRUE(upload.write(bytes("con")));
    EXPECT_EQ(files_below(".shaman/uploading").size(), 1U);
  }
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  store.reset();  // waits for what the pool still does
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
}

TEST_F(StoreTest, ASecondUploaderWaitsOrDefers) {
  const auto store = open();
  const BlobId id = id_of("content");
  Upload first = begin(*store, id);
  EXPECT_TRUE(std::holds_alternative<Deferred>(store->begin_upload(id, true).value()));
  EXPECT_TRUE(std::holds_alternative<Claimed>(store->begin_upload(id, false).value()));

  std::promise<void> woken;
  const auto waiter = store->when_released(id, [&] { woken.set_value(); });
  ASSERT_TRUE(first.write(bytes("content")));
  ASSERT_TRUE(commit(*store, std::move(first)));
  woken.get_future().get();
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(store->begin_upload(id, false).value()));
}

TEST_F(StoreTest, OpensABlobForThoseWhoKnowIt) {
  const auto store = open();
  const Requester anna{"anna", false, {}};
  auto begun = store->begin_upload(id_of("content"), false, anna);
  ASSERT_TRUE(begun);
  auto upload = std::get<Upload>(*std::move(begun));
  ASSERT_TRUE(upload.write(bytes("content")));
  ASSERT_TRUE(commit(*store, std::move(upload)));
  EXPECT_FALSE(store->open_blob(id_of("another")).value());
  EXPECT_FALSE(store->open_blob(id_of("content"), {"ben", false, {}}).value());
  const auto blob = store->open_blob(id_of("content"), anna).value();
  ASSERT_TRUE(blob);
  std::array<std::byte, 3> into{};
  std::filesystem::remove(blob_path(id_of("content")));
  ASSERT_TRUE(blob->read(4, into));
  EXPECT_EQ(std::memcmp(into.data(), "ent", 3), 0);
  EXPECT_EQ(blob->read(5, into).error().code, errc::io_error);
  EXPECT_FALSE(store->open_blob(id_of("content"), anna).value());
}

TEST_F(StoreTest, DoesNotOpenABlobOfAnotherSize) {
  const auto store = open();
  const BlobId id = put(*store, "content");
  std::filesystem::permissions(blob_path(id), std::filesystem::perms::owner_all);
  std::filesystem::resize_file(blob_path(id), 3);
  EXPECT_FALSE(store->open_blob(id).value());
}

TEST_F(StoreTest, OfManyUploadersOneWrites) {
  const auto store = open();
  const std::string content(300'000, 'y');
  const BlobId id = id_of(content);
  std::atomic<int> stored{0};
  const auto upload = [&] {
    for (;;) {
      auto begun = store->begin_upload(id, false).value();
      if (std::holds_alternative<AlreadyStored>(begun)) {
        EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
        ++stored;
        return;
      }
      if (auto* const mine = std::get_if<Upload>(&begun)) {
        for (std::size_t at = 0; at < content.size(); at += 10'000)
          ASSERT_TRUE(mine->write(bytes(content).subspan(at, 10'000)));
        ASSERT_TRUE(commit(*store, std::move(*mine)));
        ++stored;
        return;
      }
      std::promise<void> woken;
      const auto waiter = store->when_released(id, [&] { woken.set_value(); });
      woken.get_future().get();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back(upload);
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(stored, 8);
  EXPECT_EQ(store->counters().bytes_written, content.size());
  EXPECT_EQ(store->counters().uploads_begun, 1U);
}

TEST_F(StoreTest, ABlobOfAnotherSizeThanItsNameIsNotStored) {
  auto store = open();
  const BlobId id = put(*store, "content");
  store.reset();
  std::filesystem::remove(blob_path(id));
  std::ofstream(blob_path(id)) << "cont";
  store = open();
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  EXPECT_TRUE(logged(id.brief()));
  EXPECT_GE(store->counters().damaged_blobs, 1U);
  FileList files;
  files.add(id, "x");
  std::vector<BlobStatus> statuses(1);
  ASSERT_TRUE(store->require(files, statuses));
  EXPECT_EQ(statuses[0], BlobStatus::unknown);

  put(*store, "content");
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_EQ(TemporaryFolder::read(blob_path(id)), "content");
}

TEST_F(StoreTest, LinksPlantedAmongTheBlobsLeadNowhere) {
  auto store = open();
  const std::string outside = folder_.write("outside/x/7.blob", "content");
  const auto touched = std::filesystem::last_write_time(outside);
  const BlobId id = id_of("content");
  const std::filesystem::path blob(blob_path(id));

  // In place of the blob: replaced by the upload.
  std::filesystem::create_directories(blob.parent_path());
  std::filesystem::create_symlink(outside, blob);
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  put(*store, "content");
  EXPECT_FALSE(std::filesystem::is_symlink(blob));

  // In place of either folder above it: moved aside.
  for (const auto& place : {blob.parent_path(), blob.parent_path().parent_path()}) {
    std::filesystem::remove_all(place);
    std::filesystem::create_directories(place.parent_path());
    std::filesystem::create_directory_symlink(folder_.path("outside/x"), place);
    EXPECT_EQ(store->status(id).value(), BlobStatus::unknown) << place;
    Upload upload = begin(*store, id);
    ASSERT_TRUE(upload.write(bytes("content")));
    EXPECT_TRUE(commit(*store, std::move(upload)));
    EXPECT_FALSE(std::filesystem::is_symlink(place));
    EXPECT_EQ(TemporaryFolder::read(blob_path(id)), "content");
    EXPECT_TRUE(logged(".shaman/quarantine/"));
  }
  EXPECT_EQ(std::filesystem::last_write_time(outside), touched);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path("outside/x")), {}), 1);
}

TEST_F(StoreTest, TwoServersShareAStorage) {
  const auto one = open();
  const auto two = open();
  const BlobId id = put(*one, "content");
  EXPECT_EQ(two->status(id).value(), BlobStatus::stored);
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(two->begin_upload(id, false).value()));

  // Both send the same blob at once: both are right.
  const BlobId other = id_of("other");
  Upload first = begin(*one, other);
  Upload second = begin(*two, other);
  ASSERT_TRUE(first.write(bytes("other")));
  ASSERT_TRUE(second.write(bytes("other")));
  EXPECT_TRUE(commit(*one, std::move(first)));
  EXPECT_TRUE(commit(*two, std::move(second)));
  EXPECT_EQ(one->status(other).value(), BlobStatus::stored);
}

TEST_F(StoreTest, CanRefuseUploads) {
  const auto store = open();
  const BlobId id = id_of("content");
  Upload upload = begin(*store, id);
  store->refuse_uploads();
  EXPECT_EQ(store->begin_upload(id_of("other"), false).error().code, errc::shutting_down);
  ASSERT_TRUE(upload.write(bytes("content")));
  EXPECT_TRUE(commit(*store, std::move(upload)));
}

TEST_F(StoreTest, NothingIsLeftOfAnInstanceThatEnded) {
  { const auto store = open(); }
  EXPECT_TRUE(std::filesystem::is_empty(below(".shaman/uploading")));
  EXPECT_TRUE(std::filesystem::is_empty(below(".shaman/staging")));
  EXPECT_TRUE(std::filesystem::is_empty(below(".shaman/locks")));
}

}  // namespace
}  // namespace shaman
