// SPDX-License-Identifier: GPL-3.0-or-later
// The storage is taken from its place while the store is open, and comes back.
#include "store/root/storage_watch.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "shaman/fs/local.hpp"
#include "shaman/store.hpp"

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman {
namespace {

namespace files = std::filesystem;
using test::begin;
using test::bytes;
using test::id_of;
using test::put;
using testing::HasSubstr;
using namespace std::chrono_literals;

class StorageWatchTest : public test::StoreTest {
 protected:
  StorageWatchTest() : test::StoreTest(&failing_) { options_.housekeeping = 0ms; }

  // What was looked at a moment ago is not looked at again.
  void let_time_pass() { failing_.advance_clock(1s); }
  void move_away() {
    files::rename(root(), folder_.path("elsewhere"));
    let_time_pass();
  }
  void move_back() {
    files::remove_all(root());
    files::rename(folder_.path("elsewhere"), root());
    let_time_pass();
  }
  // As a mount that is made anew: the same content in other folders.
  void copy_to_its_place() {
    files::rename(root(), folder_.path("elsewhere"));
    files::copy(folder_.path("elsewhere"), root(),
                files::copy_options::recursive | files::copy_options::copy_symlinks);
    let_time_pass();
  }
  std::size_t count_in_log(std::string_view text) {
    const std::lock_guard lock(log_mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(
        log_, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
  }
  template <class Result>
  static void expect_away(const Result& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, kStorageAway) << result.error().message();
  }
  void expect_all_away(Store& store, const BlobId& stored) {
    expect_away(store.check_there());
    expect_away(store.status(stored));
    expect_away(store.status_at_once(stored));
    expect_away(store.begin_upload(stored, false));
    expect_away(store.begin_upload(id_of("other"), false));
    const Takeover nobody{[] {}, [] {}};
    expect_away(store.create_resumable(id_of("other"), false, nobody));
    expect_away(store.append_resumable(id_of("other"), nobody));
    expect_away(store.held_of(id_of("other"), [] {}));
    expect_away(store.peek_held(id_of("other")));
    expect_away(store.cancel_resumable(id_of("other"), [] {}));
    FileList list;
    list.add(stored, "known from memory");
    std::vector<BlobStatus> statuses(1);
    expect_away(store.require(list, statuses));
    EXPECT_THAT(store.problem(), HasSubstr(root()));
  }

  fs::LocalFileSystem inner_;
  test::FailingFileSystem failing_{inner_};
};

TEST_F(StorageWatchTest, NothingIsToldOfAStorageThatIsRenamed) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  move_away();
  expect_all_away(*store, stored);
  move_back();
  EXPECT_EQ(store->status(stored).value(), BlobStatus::stored);
  EXPECT_EQ(store->problem(), "");
  put(*store, "later");
  EXPECT_EQ(count_in_log("is not in its place"), 1U);
  EXPECT_EQ(count_in_log("going on"), 1U);
}

TEST_F(StorageWatchTest, AnotherFolderInItsPlaceIsNotTouched) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  move_away();
  files::create_directory(root());
  let_time_pass();
  expect_all_away(*store, stored);
  EXPECT_TRUE(files::is_empty(root()));
  move_back();
  EXPECT_TRUE(store->check_there());
}

TEST_F(StorageWatchTest, EachOfItsFoldersIsLookedAt) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  for (const char* const name : {"jobs", "file-store", "file-store/stored", ".shaman"}) {
    files::rename(below(name), folder_.path("elsewhere"));
    files::create_directory(below(name));
    let_time_pass();
    expect_away(store->status(stored));
    files::remove(below(name));
    files::rename(folder_.path("elsewhere"), below(name));
    let_time_pass();
    EXPECT_TRUE(store->status(stored)) << name;
  }
}

TEST_F(StorageWatchTest, FollowsALinkThatLeadsElsewhere) {
  files::create_directory(folder_.path("one"));
  files::create_directory(folder_.path("two"));
  files::create_symlink(folder_.path("one"), root());
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  files::remove(root());
  files::create_symlink(folder_.path("two"), root());
  let_time_pass();
  expect_all_away(*store, stored);
  files::remove(root());
  files::create_symlink(folder_.path("one"), root());
  let_time_pass();
  EXPECT_EQ(store->status(stored).value(), BlobStatus::stored);
}

TEST_F(StorageWatchTest, AnUploadUnderWayIsNotAcknowledged) {
  const auto store = open();
  const std::string content = "begun before";
  Upload upload = begin(*store, id_of(content));
  ASSERT_TRUE(upload.write(bytes(content)));
  move_away();
  expect_away(test::commit(*store, std::move(upload)));
  EXPECT_EQ(count_in_log("is not in its place"), 1U);
  move_back();
  put(*store, content);
}

// The look before is fresh enough; what then fails is looked into.
TEST_F(StorageWatchTest, AFailureIsExplained) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  ASSERT_TRUE(store->check_there());
  failing_.on_call([&](const test::Call& call) -> boost::system::error_code {
    if (call.operation != test::Operation::open_folder) return {};
    failing_.on_call({});
    files::rename(root(), folder_.path("elsewhere"));
    return {ENOTCONN, boost::system::generic_category()};
  });
  expect_away(store->status(stored));
}

TEST_F(StorageWatchTest, AProcessWithoutDescriptorsHasNotLostItsStorage) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  bool is_first = true;
  failing_.on_call([&](const test::Call& call) -> boost::system::error_code {
    if (call.operation != test::Operation::stat || !std::exchange(is_first, false)) return {};
    return {EMFILE, boost::system::generic_category()};
  });
  let_time_pass();
  EXPECT_TRUE(store->status(stored));
  EXPECT_FALSE(is_first);
  EXPECT_EQ(store->problem(), "");
}

class MountedAnew : public StorageWatchTest {
 protected:
  MountedAnew() { options_.housekeeping = 5ms; }

  static void wait_until_there(Store& store) {
    for (int i = 0; i < 10'000 && !store.problem().empty(); ++i)
      std::this_thread::sleep_for(1ms);
    EXPECT_EQ(store.problem(), "");
  }
};

TEST_F(MountedAnew, TheStoreGoesOnInTheNewFolders) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  const std::string content = "begun before";
  Upload upload = begin(*store, id_of(content));
  ASSERT_TRUE(upload.write(bytes(content)));
  copy_to_its_place();
  // Its file is in the folder that was there before.
  expect_away(test::commit(*store, std::move(upload)));
  while (count_in_log("going on") == 0)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(store->status(stored).value(), BlobStatus::stored);
  const BlobId later = put(*store, "later");
  EXPECT_TRUE(files::exists(blob_path(later)));
  EXPECT_EQ(put(*store, content), id_of(content));
}

TEST_F(MountedAnew, WhatIsMissingInACopyIsNotBelievedFromMemory) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  files::rename(root(), folder_.path("elsewhere"));
  files::copy(folder_.path("elsewhere"), folder_.path("copy"),
              files::copy_options::recursive | files::copy_options::copy_symlinks);
  files::remove_all(folder_.path("copy/file-store/stored"));
  files::create_directory(folder_.path("copy/file-store/stored"));
  files::rename(folder_.path("copy"), root());
  let_time_pass();
  static_cast<void>(store->check_there());
  while (count_in_log("going on") == 0)
    std::this_thread::sleep_for(1ms);
  FileList list;
  list.add(stored, "f");
  std::vector<BlobStatus> statuses(1);
  ASSERT_TRUE(store->require(list, statuses));
  EXPECT_EQ(statuses[0], BlobStatus::unknown);
}

TEST_F(MountedAnew, AnotherJobsFolderInTheSameStorageIsNotFollowed) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  files::rename(below("jobs"), folder_.path("elsewhere"));
  files::create_directory(below("jobs"));
  for (int i = 0; i < 3; ++i) {
    let_time_pass();
    expect_away(store->status(stored));
    std::this_thread::sleep_for(10ms);
  }
  files::remove(below("jobs"));
  files::rename(folder_.path("elsewhere"), below("jobs"));
  let_time_pass();
  EXPECT_TRUE(store->status(stored));
}

TEST_F(MountedAnew, AnotherStorageIsLeftAlone) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  {
    const auto other = Store::open(inner_, folder_.path("other"), StoreOptions(), pool_);
    ASSERT_TRUE(other);
    EXPECT_NE((*other)->storage_id(), store->storage_id());
  }
  files::rename(root(), folder_.path("elsewhere"));
  files::rename(folder_.path("other"), root());
  const auto before = files_below("");
  let_time_pass();
  expect_all_away(*store, stored);
  for (int i = 0; i < 3; ++i) {
    let_time_pass();
    std::this_thread::sleep_for(10ms);
    expect_away(store->status(stored));
  }
  EXPECT_EQ(files_below(""), before);
  move_back();
  wait_until_there(*store);
}

// Threads that a store begins with may ask before it knows its own folders.
TEST(StorageWatchAlone, SaysNothingBeforeItKnowsTheStorage) {
  fs::LocalFileSystem file_system;
  const test::TemporaryFolder folder;
  std::size_t said = 0;
  StorageWatch watch(file_system, folder.path(), [&](LogLevel, const std::string&) { ++said; });
  EXPECT_TRUE(watch.check());
  EXPECT_TRUE(watch.look());
  EXPECT_EQ(watch.problem(), "");
  EXPECT_EQ(said, 0U);
}

}  // namespace
}  // namespace shaman
