// SPDX-License-Identifier: GPL-3.0-or-later
// What Store::open makes of the folder that it is given.
#include <chrono>
#include <filesystem>

#include "shaman/store.hpp"

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
using test::Call;
using test::Operation;
using test::TemporaryFolder;

class OpenTest : public test::StoreTest {
 protected:
  OpenTest() : test::StoreTest(&failing_) {}

  void fail(Operation operation, errors::errc_t error) {
    failing_.on_call([=](const Call& call) {
      return call.operation == operation ? errors::make_error_code(error)
                                         : boost::system::error_code();
    });
  }
  // The refusal's words, or nothing where the store opens.
  std::string refusal() {
    const auto store = try_open();
    if (store) return {};
    EXPECT_EQ(store.error().code, errc::not_a_store);
    EXPECT_NE(store.error().message().find("store"), std::string::npos);
    return store.error().message();
  }
  void make_dead_instance(const std::string& name) {
    folder_.write("store/.shaman/uploading/" + name + "/abc-3", "abc");
    folder_.write("store/.shaman/staging/" + name + "/1/a/b", "abc");
  }
  static void age(const std::string& file, std::chrono::hours by) {
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - by);
  }

  fs::LocalFileSystem inner_;
  test::FailingFileSystem failing_{inner_};
};

using testing::HasSubstr;

TEST_F(OpenTest, MakesTheFolderAndWhatBelongsInIt) {
  ASSERT_TRUE(try_open());
  EXPECT_TRUE(std::filesystem::is_directory(below("file-store/stored")));
  EXPECT_TRUE(std::filesystem::is_directory(below("jobs")));
  EXPECT_EQ(TemporaryFolder::read(below(".shaman/format")), "1\n");
  EXPECT_EQ(refusal(), "") << "and opens it again";
}

TEST_F(OpenTest, SaysThatTheStorageIsNewOnce) {
  std::filesystem::create_directory(root());
  ASSERT_TRUE(try_open());
  EXPECT_TRUE(logged("/store\" was not a storage; made a new one in it"));
  log_.clear();
  ASSERT_TRUE(try_open());
  EXPECT_FALSE(logged("was not a storage"));
}

TEST_F(OpenTest, WhatATryLeftThatWasKilledGoesWhole) {
  ASSERT_TRUE(try_open());
  std::filesystem::create_directories(below("jobs/.shaman-probe-1"));
  std::filesystem::create_symlink("text", below("jobs/.shaman-probe-1/link"));
  folder_.write("store/file-store/stored/.shaman-probe-2/file", "");
  std::filesystem::create_directories(below(".shaman/.shaman-probe-3"));
  folder_.write("store/.shaman/.shaman-probe-4", "");
  folder_.write("store/jobs/.shaman-probe-5/mine", "somebody's");
  std::filesystem::create_directories(below("jobs/.shaman-probe-6"));
  for (const char* const old :
       {"jobs/.shaman-probe-1", "file-store/stored/.shaman-probe-2", ".shaman/.shaman-probe-3",
        ".shaman/.shaman-probe-4", "jobs/.shaman-probe-5"})
    age(below(old), std::chrono::hours(2));
  ASSERT_TRUE(try_open());
  EXPECT_FALSE(std::filesystem::exists(below("jobs/.shaman-probe-1")));
  EXPECT_FALSE(std::filesystem::exists(below("file-store/stored/.shaman-probe-2")));
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/.shaman-probe-3")));
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/.shaman-probe-4")));
  EXPECT_TRUE(std::filesystem::exists(below("jobs/.shaman-probe-5/mine")));
  EXPECT_TRUE(std::filesystem::exists(below("jobs/.shaman-probe-6"))) << "of a start under way";
}

TEST_F(OpenTest, NeedsTheFolderAbove) {
  const auto store = Store::open(file_system_, folder_.path("a/b"), options_, pool_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, errc::not_a_store);
  EXPECT_THAT(store.error().message(), HasSubstr("a/b"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("a")));
}

TEST_F(OpenTest, NeedsAFolder) {
  folder_.write("store", "a file");
  EXPECT_THAT(refusal(), HasSubstr("Not a directory"));
}

TEST_F(OpenTest, TakesAStoreOfTheGoServer) {
  const BlobId id = test::id_of("content");
  const std::string hex = id.digest.hex();
  folder_.write("store/file-store/stored/" + hex.substr(0, 2) + "/" + hex.substr(2) + "/7.blob",
                "content");
  EXPECT_EQ(open()->status(id).value(), BlobStatus::stored);
  EXPECT_FALSE(logged("was not a storage"));
}

TEST_F(OpenTest, FollowsALinkToTheStorageButNoneInIt) {
  std::filesystem::create_directory(folder_.path("real"));
  std::filesystem::create_symlink("real", folder_.path("store"));
  EXPECT_EQ(refusal(), "");
  std::filesystem::remove_all(folder_.path("real/jobs"));
  std::filesystem::create_directory(folder_.path("elsewhere"));
  std::filesystem::create_symlink(folder_.path("elsewhere"), folder_.path("real/jobs"));
  EXPECT_THAT(refusal(), HasSubstr("symbolic link"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("elsewhere")));
}

TEST_F(OpenTest, RefusesTheFormatOfANewerVersion) {
  folder_.write("store/.shaman/format", "2\n");
  folder_.write("store/.shaman/uploading/x/file", "somebody's");
  EXPECT_THAT(refusal(), HasSubstr("newer version"));
  EXPECT_TRUE(std::filesystem::exists(below(".shaman/uploading/x/file")));
  for (const std::string_view garbage : {"", "x", "1x", "-1", "0", "1 2"}) {
    folder_.write("store/.shaman/format", garbage);
    EXPECT_THAT(refusal(), HasSubstr("not a version number")) << garbage;
  }
  folder_.write("store/.shaman/format", "1");
  EXPECT_EQ(refusal(), "");
}

TEST_F(OpenTest, RefusesWhatCannotBeWritten) {
  fail(Operation::make_folder, errors::permission_denied);
  EXPECT_THAT(refusal(), HasSubstr("Permission denied"));
  ASSERT_TRUE((failing_.on_call(nullptr), try_open()));
  fail(Operation::create_file, errors::read_only_file_system);
  EXPECT_THAT(refusal(), HasSubstr("Read-only"));
}

TEST_F(OpenTest, RefusesAFileSystemThatCannotKeepItsPromises) {
  fail(Operation::make_link, errors::operation_not_permitted);
  EXPECT_THAT(refusal(), HasSubstr("symbolic links"));
  fail(Operation::flush_folder, errors::invalid_argument);
  EXPECT_THAT(refusal(), HasSubstr("stable storage"));
  options_.durability = Durability::none;
  EXPECT_EQ(refusal(), "");
}

TEST_F(OpenTest, FlushesWhatACrashLeftUnflushed) {
  int flushes = 0;
  failing_.on_call([&](const Call& call) {
    flushes += call.operation == Operation::flush_all ? 1 : 0;
    return boost::system::error_code();
  });
  ASSERT_TRUE(try_open());
  EXPECT_EQ(flushes, 1);
  fail(Operation::flush_all, errors::io_error);
  EXPECT_THAT(refusal(), HasSubstr("flushing it failed"));
}

TEST_F(OpenTest, RemovesWhatACrashLeft) {
  { const auto store = open(); }
  make_dead_instance("somehost_boot_1_0123456789abcdef");
  const auto store = open();
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  EXPECT_TRUE(files_below(".shaman/staging").empty());
  EXPECT_TRUE(logged("somehost"));
}

TEST_F(OpenTest, RemovesWhatAKilledServerOfThisHostLeft) {
  { const auto store = open(); }
  const std::string name = local_.process().host + "_boot_1_0123456789abcdef";
  make_dead_instance(name);
  folder_.write("store/.shaman/locks/" + name, "");
  const auto store = open();
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/locks/" + name)));
}

TEST_F(OpenTest, LeavesALivingServerAlone) {
  const auto living = open();
  Upload upload = test::begin(*living, test::id_of("content"));
  const auto store = open();
  EXPECT_EQ(files_below(".shaman/uploading").size(), 1U);
  ASSERT_TRUE(upload.write(test::bytes("content")));
  EXPECT_TRUE(test::commit(*living, std::move(upload)));
}

TEST_F(OpenTest, GivesAnotherHostsServerTimeToShowItself) {
  { const auto store = open(); }
  const std::string name = "not-this-host_boot_1_0123456789abcdef";
  make_dead_instance(name);
  const std::string lock = folder_.write("store/.shaman/locks/" + name, "");
  { const auto store = open(); }
  EXPECT_FALSE(files_below(".shaman/uploading").empty()) << "its lock may not reach this host";
  age(lock, std::chrono::hours(1));
  { const auto store = open(); }
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  EXPECT_FALSE(std::filesystem::exists(lock));
}

TEST_F(OpenTest, WithoutLocksTheHeartbeatTells) {
  const auto living = open();
  fail(Operation::lock, errors::no_lock_available);
  Upload upload = test::begin(*living, test::id_of("content"));
  const auto store = open();
  EXPECT_EQ(files_below(".shaman/uploading").size(), 1U);
}

TEST_F(OpenTest, RemovesOldLeftoversOfTheGoServer) {
  const std::string old = folder_.write("store/file-store/uploading/ab/cd/12-x.tmp", "x");
  const std::string young = folder_.write("store/file-store/uploading/ab/cd/13-y.tmp", "x");
  const std::string other = folder_.write("store/file-store/uploading/ab/cd/notes.txt", "x");
  age(old, std::chrono::hours(25));
  age(young, std::chrono::hours(23));
  age(other, std::chrono::hours(25));
  const auto store = open();
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(young));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_F(OpenTest, LeavesNoHandleOpen) {
  { const auto store = open(); }
  EXPECT_EQ(failing_.open_handles(), 0U);
}

}  // namespace
}  // namespace shaman
