// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/space/storage_reserve.hpp"

#include <cerrno>
#include <filesystem>

#include <gtest/gtest.h>

#include "shaman/fs/local.hpp"

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

namespace shaman {
namespace {

constexpr fs::Space kPlenty{std::uint64_t{1} << 30, 10'000};
constexpr fs::Space kFull{0, 10'000};
constexpr fs::Space kNoInodes{std::uint64_t{1} << 30, 0};
constexpr std::size_t kWhole = 64;

class StorageReserveTest : public testing::Test {
 protected:
  void SetUp() override { failing_.pretend_space(kPlenty); }
  std::size_t pieces() {
    const std::string folder = temporary_.path("reserve");
    if (!std::filesystem::exists(folder)) return 0;
    const std::filesystem::directory_iterator entries(folder);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
  }
  // Others take what is free at once.
  void become_full(const fs::Space& space = kFull) {
    failing_.pretend_space(space);
    failing_.on_call([](const test::Call& call) {
      return call.operation == test::Operation::create_file
                 ? boost::system::error_code(ENOSPC, boost::system::generic_category())
                 : boost::system::error_code();
    });
  }
  void fill() { StorageReserve::fill(failing_, folder_); }
  // How many are left while there is room made.
  std::size_t left_by_making_room() {
    const StorageReserve room = StorageReserve::make_room(failing_, folder_);
    return pieces();
  }

  const test::TemporaryFolder temporary_;
  fs::LocalFileSystem local_;
  test::FailingFileSystem failing_{local_};
  const fs::Folder folder_ = failing_.open_root(temporary_.path()).value();
};

TEST_F(StorageReserveTest, IsMadeWhereThereIsPlenty) {
  fill();
  EXPECT_EQ(pieces(), kWhole);
  for (const auto& entry : std::filesystem::directory_iterator(temporary_.path("reserve")))
    EXPECT_EQ(entry.file_size(), 8192U);
  std::filesystem::remove(temporary_.path("reserve/3"));
  fill();
  EXPECT_EQ(pieces(), kWhole);
}

TEST_F(StorageReserveTest, IsNotWhatFillsAStorage) {
  for (const fs::Space space : {fs::Space{std::uint64_t{1} << 20, 10'000},
                                fs::Space{std::uint64_t{1} << 30, 100}, kFull, kNoInodes}) {
    failing_.pretend_space(space);
    fill();
    EXPECT_EQ(pieces(), 0U);
  }
}

TEST_F(StorageReserveTest, StaysWhileThereIsRoom) {
  fill();
  EXPECT_EQ(left_by_making_room(), kWhole);
  EXPECT_EQ(pieces(), kWhole);
}

TEST_F(StorageReserveTest, MakesRoomWhereNothingIsFree) {
  for (const fs::Space space : {kFull, kNoInodes}) {
    failing_.pretend_space(kPlenty);
    fill();
    become_full(space);
    EXPECT_EQ(left_by_making_room(), kWhole / 2);
    failing_.on_call({});
  }
}

TEST_F(StorageReserveTest, MakesRoomWhereAQuotaRefuses) {
  fill();
  failing_.on_call([](const test::Call& call) {
    const bool is_write = call.operation == test::Operation::write;
    return is_write ? boost::system::error_code(EDQUOT, boost::system::generic_category())
                    : boost::system::error_code();
  });
  EXPECT_EQ(left_by_making_room(), kWhole / 2);
}

// A server that is started again and again on a full storage does not take what gc needs.
TEST_F(StorageReserveTest, LastsForMoreThanOneWhereOthersTakeTheRoom) {
  fill();
  become_full();
  EXPECT_EQ(left_by_making_room(), kWhole / 2);
  EXPECT_EQ(left_by_making_room(), kWhole / 4);
  EXPECT_EQ(left_by_making_room(), kWhole / 8);
}

TEST_F(StorageReserveTest, IsGivenBackAsFarAsThereIsRoom) {
  fill();
  become_full();
  {
    const StorageReserve room = StorageReserve::make_room(failing_, folder_);
    failing_.on_call({});
  }
  EXPECT_EQ(pieces(), kWhole) << "as far as it is granted, whatever the figures say";
  become_full();
  {
    StorageReserve room = StorageReserve::make_room(failing_, folder_);
    const StorageReserve moved = std::move(room);
    EXPECT_EQ(pieces(), kWhole / 2);
  }
  EXPECT_EQ(pieces(), kWhole / 2);
}

TEST_F(StorageReserveTest, APieceThatDoesNotFitLeavesNothing) {
  failing_.on_call([this](const test::Call& call) {
    const bool is_last = call.operation == test::Operation::write && pieces() > 10;
    return is_last ? boost::system::error_code(ENOSPC, boost::system::generic_category())
                   : boost::system::error_code();
  });
  fill();
  EXPECT_EQ(pieces(), 10U);
}

TEST_F(StorageReserveTest, WithoutOneNothingIsDone) {
  failing_.pretend_space(kFull);
  EXPECT_EQ(left_by_making_room(), 0U);
  EXPECT_FALSE(std::filesystem::exists(temporary_.path("reserve")));
}

}  // namespace
}  // namespace shaman
