// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/outside_file.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman::test {
namespace {

class OutsideFiles : public StoreTest {
 protected:
  OutsideFiles() : StoreTest(&failing_) {}

  [[nodiscard]] std::string folder() const { return folder_.path("outside"); }
  void write(const std::string& name) { folder_.write("outside/" + name, "content"); }

  void let_cloning_fail(boost::system::errc::errc_t error) {
    failing_.on_call([error](const Call& call) {
      return call.operation == Operation::clone ? boost::system::errc::make_error_code(error)
                                                : boost::system::error_code();
    });
  }
  struct Cloned {
    Upload upload;
    result<bool> outcome;
  };
  Cloned clone(Store& store) {
    write("a");
    const auto file = store.open_outside(folder(), "a");
    if (!file) throw std::runtime_error("the file cannot be opened");
    Upload upload = begin(store, id_of("content"));
    auto outcome = upload.clone(*file);
    return {std::move(upload), std::move(outcome)};
  }

  fs::LocalFileSystem machine_;
  FailingFileSystem failing_{machine_};
};

TEST_F(OutsideFiles, AreRegularFilesBelowTheFolder) {
  const auto store = open();
  write("a");
  write("sub/b");
  std::filesystem::create_symlink("a", folder() + "/link");
  std::filesystem::create_symlink("sub", folder() + "/way");
  EXPECT_EQ(store->open_outside(folder(), "a")->size(), 7U);
  EXPECT_TRUE(store->open_outside(folder(), "sub/b"));
  for (const char* const path : {"", "/", "sub", "link", "way/b", "sub/../a", "../a", ".", "./a",
                                 "sub//b", "a/", "/a", "absent", "a/b"})
    EXPECT_FALSE(store->open_outside(folder(), path)) << path;
  EXPECT_FALSE(store->open_outside(folder() + "/absent", "a"));
}

TEST_F(OutsideFiles, AreNotOfTheStorage) {
  const auto store = open();
  const BlobId id = put(*store, "a blob");
  const auto blob = id.digest.hex();
  EXPECT_FALSE(store->open_outside(
      root(), "file-store/stored/" + blob.substr(0, 2) + "/" + blob.substr(2) + "/6.blob"));
  EXPECT_FALSE(store->open_outside(root() + "/file-store", "stored/x"));
  EXPECT_FALSE(store->open_outside(root() + "/.shaman", "format"));
}

TEST_F(OutsideFiles, ThatShrinkAreSeen) {
  const auto store = open();
  write("a");
  const auto file = store->open_outside(folder(), "a");
  ASSERT_TRUE(file);
  std::filesystem::resize_file(folder() + "/a", 3);
  std::array<std::byte, 7> into{};
  const auto read = file->read(0, into);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, errc::changed_while_read);
}

// Whatever the disk of this machine can do.
TEST_F(OutsideFiles, AreWrittenWhereBlocksCannotBeShared) {
  let_cloning_fail(boost::system::errc::cross_device_link);
  const auto store = open();
  Cloned cloned = clone(*store);
  ASSERT_TRUE(cloned.outcome);
  EXPECT_FALSE(*cloned.outcome);
  ASSERT_TRUE(cloned.upload.write(bytes("content")));
  EXPECT_TRUE(commit(*store, std::move(cloned.upload)));
}

TEST_F(OutsideFiles, AFailedCloneFailsTheUpload) {
  let_cloning_fail(boost::system::errc::io_error);
  const auto store = open();
  Cloned cloned = clone(*store);
  ASSERT_FALSE(cloned.outcome);
  EXPECT_EQ(cloned.outcome.error().code, errc::io_error);
  EXPECT_FALSE(commit(*store, std::move(cloned.upload)));
}

}  // namespace
}  // namespace shaman::test
