// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/storage_look.hpp"

#include <limits>
#include <optional>

#include <gtest/gtest.h>

#include "shaman/fs/local.hpp"

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

namespace shaman {
namespace {

using namespace std::chrono_literals;

class StorageLookTest : public testing::Test {
 protected:
  [[nodiscard]] StoreHealth health() const {
    StoreHealth health;
    look_.tell(health);
    return health;
  }

  test::TemporaryFolder folder_;
  fs::LocalFileSystem local_;
  test::FailingFileSystem file_system_{local_};
  WorkerPool pool_{WorkerPool::OnCallersThread()};
  StorageRoot root_ =
      open_storage_root(file_system_, folder_.path("store"), Durability::none).value();
  StoreLimits limits_;
  Reservations reservations_{file_system_, root_.root, root_.blobs, pool_, limits_};
  StorageLook look_{file_system_, root_, reservations_};
};

TEST_F(StorageLookTest, NothingIsAmissBeforeTheFirstLook) {
  EXPECT_TRUE(health().may_write);
  EXPECT_EQ(health().upload_bytes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(health().unanswered, 0ms);
}

TEST_F(StorageLookTest, FindsSpaceAndRights) {
  file_system_.pretend_space(fs::Space{std::uint64_t{1} << 40, 77});
  look_.look();
  EXPECT_EQ(health().free_bytes, std::uint64_t{1} << 40);
  EXPECT_EQ(health().free_inodes, 77U);
  EXPECT_LE(health().upload_bytes, health().free_bytes);
  EXPECT_TRUE(health().may_write);
  file_system_.pretend_read_only(true);
  look_.look();
  EXPECT_FALSE(health().may_write);
  file_system_.pretend_read_only(false);
  look_.look();
  EXPECT_TRUE(health().may_write);
}

TEST_F(StorageLookTest, SaysForHowLongTheDiskOwesAnAnswer) {
  {
    const StorageLook::Question question(look_);
    file_system_.advance_clock(70s);
    EXPECT_GE(health().unanswered, 70s);
  }
  EXPECT_EQ(health().unanswered, 0ms);
}

}  // namespace
}  // namespace shaman
