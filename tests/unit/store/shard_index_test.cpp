// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/shard_index.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "shaman/fs/local.hpp"

#include "failing_file_system.hpp"
#include "store/layout.hpp"
#include "temporary_folder.hpp"

namespace shaman {
namespace {

class ShardIndexTest : public ::testing::Test {
 protected:
  static Digest digest(int number) { return Sha256::of(std::to_string(number)); }
  void add(int number) {
    const layout::BlobPlace place({digest(number), 1});
    std::filesystem::create_directories(folder_.path(place.folder));
  }
  ShardIndex index(std::uint32_t wanted) {
    ShardIndex::Wanted all;
    all.fill(wanted);
    const auto blobs = fs_.open_root(folder_.path());
    return {fs_, *blobs, all, pool_};
  }

  test::TemporaryFolder folder_;
  fs::LocalFileSystem local_;
  test::FailingFileSystem fs_{local_};
  WorkerPool pool_{2};
};

TEST_F(ShardIndexTest, KnowsWhatIsNotThere) {
  for (int i = 0; i < 500; ++i)
    add(i);
  const ShardIndex made = index(100);
  for (int i = 0; i < 500; ++i)
    ASSERT_FALSE(made.is_absent(digest(i))) << i;
  for (int i = 500; i < 1000; ++i)
    ASSERT_TRUE(made.is_absent(digest(i))) << i;
}

TEST_F(ShardIndexTest, OfAnEmptyStoreEverythingIsAbsent) {
  const ShardIndex made = index(0);
  EXPECT_TRUE(made.is_absent(digest(1)));
}

TEST_F(ShardIndexTest, DoesNotListForAFew) {
  add(1);
  Digest other = digest(1);
  auto bytes = other.bytes();
  bytes[5] ^= 1;
  const ShardIndex made = index(1);
  EXPECT_FALSE(made.is_absent(Digest(bytes))) << "its shard was not looked into";
  EXPECT_TRUE(index(100).is_absent(Digest(bytes)));
}

TEST_F(ShardIndexTest, WhatCannotBeListedIsNotKnown) {
  add(1);
  fs_.on_call([](const test::Call& call) {
    return call.operation == test::Operation::list
               ? boost::system::errc::make_error_code(boost::system::errc::io_error)
               : boost::system::error_code();
  });
  EXPECT_FALSE(index(100).is_absent(digest(2)));
}

TEST_F(ShardIndexTest, ForeignNamesDoNotMatter) {
  folder_.write("00/not a digest", "x");
  folder_.write("zz/x", "x");
  EXPECT_TRUE(index(100).is_absent(digest(1)));
}

}  // namespace
}  // namespace shaman
