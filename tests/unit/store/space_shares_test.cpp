// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/space/space_shares.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace shaman {
namespace {

using Short = SpaceShares::Short;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kManyInodes = 1'000'000'000;

class SpaceSharesTest : public testing::Test {
 protected:
  // What begin() says; the upload is in hold_ then.
  Short begin(const char* client, std::uint64_t bytes) {
    return shares_.begin(client, {bytes, 3}, {room_, kManyInodes}, hold_);
  }
  // Writes so much; false where that is refused.
  bool write(SpaceShares::Hold& hold, std::uint64_t bytes) {
    if (!SpaceShares::is_covered(hold, bytes) && !shares_.cover(hold, bytes, room_)) return false;
    EXPECT_LE(bytes, room_);
    shares_.wrote(hold, bytes);
    room_ -= bytes;
    return true;
  }

  SpaceShares shares_;
  std::uint64_t room_ = kGiB;
  SpaceShares::Hold* hold_ = nullptr;
};

TEST_F(SpaceSharesTest, RefusesAtOnceWhatCanNeverFit) {
  EXPECT_EQ(begin("anna", kGiB + 1), Short::bytes);
  EXPECT_EQ(begin("anna", kGiB), Short::nothing);
}

TEST_F(SpaceSharesTest, CountsAClientsOwnPromisesWhole) {
  ASSERT_EQ(begin("anna", 600 * kMiB), Short::nothing);
  EXPECT_EQ(begin("anna", 600 * kMiB), Short::bytes);
  EXPECT_EQ(begin("anna", 400 * kMiB), Short::nothing);
}

TEST_F(SpaceSharesTest, PromisesOfOthersDoNotCount) {
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(begin("mallory", kMiB), Short::nothing);
  ASSERT_EQ(begin("eve", 900 * kMiB), Short::nothing);
  EXPECT_LE(shares_.reserved(), SpaceShares::kBeforeSending + SpaceShares::kFirstStep);
  EXPECT_EQ(begin("anna", 800 * kMiB), Short::nothing);
}

TEST_F(SpaceSharesTest, ReservesAsMuchAgainAsHasCome) {
  ASSERT_EQ(begin("anna", kGiB), Short::nothing);
  SpaceShares::Hold& hold = *hold_;
  EXPECT_EQ(hold.ahead, SpaceShares::kFirstStep);
  for (int i = 0; i < 33; ++i)
    ASSERT_TRUE(write(hold, 4 * kMiB));
  EXPECT_GE(hold.ahead + hold.written, 200 * kMiB);
  EXPECT_EQ(begin("eve", kGiB - hold.written - hold.ahead + 1), Short::bytes);
}

TEST_F(SpaceSharesTest, GivesBackWhatIsOverTheShareAsSoonAsAnotherNeedsIt) {
  room_ = 48 * kMiB;
  std::vector<SpaceShares::Hold*> hostile;
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(begin("mallory", 8 * kMiB), Short::nothing);
    hostile.push_back(hold_);
  }
  EXPECT_EQ(shares_.reserved(), 48 * kMiB);
  ASSERT_EQ(begin("anna", 20 * kMiB), Short::nothing);
  SpaceShares::Hold& hold = *hold_;
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(write(hold, 4 * kMiB));
  // The oldest of the other client keep what is left.
  EXPECT_TRUE(write(*hostile.front(), 8 * kMiB));
  std::uint64_t written = 0;
  for (std::size_t i = 1; i < hostile.size(); ++i)
    if (write(*hostile[i], 8 * kMiB)) written += 8 * kMiB;
  EXPECT_LE(written, 20 * kMiB);
}

TEST_F(SpaceSharesTest, TakesBackNothingThatIsBeingWritten) {
  room_ = 16 * kMiB;
  ASSERT_EQ(begin("mallory", 16 * kMiB), Short::nothing);
  SpaceShares::Hold& hostile = *hold_;
  ASSERT_TRUE(shares_.cover(hostile, 12 * kMiB, room_));
  ASSERT_EQ(begin("anna", 8 * kMiB), Short::nothing);
  EXPECT_FALSE(shares_.cover(*hold_, 8 * kMiB, room_));
  EXPECT_TRUE(shares_.cover(*hold_, 4 * kMiB, room_));
  shares_.wrote(hostile, 12 * kMiB);
  EXPECT_EQ(hostile.written, 12 * kMiB);
}

TEST_F(SpaceSharesTest, GoesOnWithinWhatIsReservedWhenOthersFillTheDisk) {
  ASSERT_EQ(begin("anna", 8 * kMiB), Short::nothing);
  SpaceShares::Hold& hold = *hold_;
  ASSERT_EQ(begin("eve", 500 * kMiB), Short::nothing);
  while (write(*hold_, kMiB)) {
    if (hold_->left == 0) break;
  }
  EXPECT_TRUE(write(hold, 8 * kMiB));
}

TEST_F(SpaceSharesTest, OneWhoEndsLeavesNothing) {
  ASSERT_EQ(begin("anna", 100 * kMiB), Short::nothing);
  ASSERT_TRUE(write(*hold_, 10 * kMiB));
  EXPECT_EQ(shares_.written(), 10 * kMiB);
  shares_.end(*hold_);
  EXPECT_EQ(shares_.written(), 0U);
  EXPECT_EQ(shares_.reserved(), 0U);
  EXPECT_EQ(begin("eve", room_), Short::nothing);
}

TEST_F(SpaceSharesTest, InodesOfOthersCountUpToTheirShare) {
  SpaceShares::Hold* hold = nullptr;
  ASSERT_EQ(shares_.begin_whole("mallory", {0, 900}, {kGiB, 1000}, hold), Short::nothing);
  EXPECT_EQ(shares_.begin_whole("mallory", {0, 200}, {kGiB, 1000}, hold), Short::inodes);
  EXPECT_EQ(shares_.begin_whole("anna", {0, 400}, {kGiB, 1000}, hold), Short::nothing);
  EXPECT_EQ(shares_.begin_whole("anna", {0, 200}, {kGiB, 1000}, hold), Short::inodes);
}

TEST_F(SpaceSharesTest, SetsAsideTheWholeOrNothing) {
  SpaceShares::Hold* hold = nullptr;
  ASSERT_EQ(shares_.begin_whole("anna", {200 * kMiB, 1}, {room_, kManyInodes}, hold),
            Short::nothing);
  EXPECT_EQ(hold->ahead, 200 * kMiB);
  EXPECT_EQ(shares_.begin_whole("anna", {kGiB, 1}, {room_, kManyInodes}, hold), Short::bytes);
  EXPECT_EQ(shares_.reserved(), 200 * kMiB);
}

}  // namespace
}  // namespace shaman
