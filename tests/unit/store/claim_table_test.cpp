// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/claim_table.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace shaman {
namespace {

using namespace std::chrono_literals;

class ClaimTableTest : public ::testing::Test {
 protected:
  static constexpr auto kStall = 5s;

  ClaimTable table_{kStall};
  const ClaimTable::Time start_{1h};
  const BlobId blob_{Sha256::of(std::string_view("a")), 1};
  const BlobId other_{Sha256::of(std::string_view("b")), 1};
  int woken_ = 0;
  std::function<void()> count_ = [this] { ++woken_; };
};

TEST_F(ClaimTableTest, OneUploaderABlob) {
  const auto first = table_.claim(blob_, start_);
  ASSERT_TRUE(first);
  EXPECT_FALSE(table_.claim(blob_, start_));
  EXPECT_TRUE(table_.claim(other_, start_));
  EXPECT_EQ(table_.size(), 2U);
  table_.release(*first, false);
  EXPECT_FALSE(table_.is_claimed(blob_));
  EXPECT_TRUE(table_.claim(blob_, start_));
}

TEST_F(ClaimTableTest, TellsHowFarAnUploadIs) {
  EXPECT_EQ(table_.received(blob_), 0U);
  const auto ticket = table_.claim(blob_, start_);
  table_.progress(*ticket, 100, start_ + 1s);
  EXPECT_EQ(table_.received(blob_), 100U);
  EXPECT_FALSE(table_.is_committing(blob_));
  table_.committing(*ticket);
  EXPECT_TRUE(table_.is_committing(blob_));
}

TEST_F(ClaimTableTest, AStalledUploadCanBeTakenOver) {
  const auto first = table_.claim(blob_, start_);
  table_.progress(*first, 10, start_ + 3s);
  EXPECT_FALSE(table_.claim(blob_, start_ + 3s + kStall - 1ns));
  const auto second = table_.claim(blob_, start_ + 3s + kStall);
  ASSERT_TRUE(second);
  EXPECT_FALSE(table_.claim(blob_, start_ + 3s + kStall)) << "the second makes progress";
  EXPECT_FALSE(table_.is_superseded(*first)) << "it may still be the first to finish";

  table_.release(*second, true);
  EXPECT_TRUE(table_.is_superseded(*first));
  EXPECT_FALSE(table_.is_claimed(blob_));
  table_.release(*first, false);
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(ClaimTableTest, TheOvertakenMayStillWin) {
  const auto first = table_.claim(blob_, start_);
  const auto second = table_.claim(blob_, start_ + kStall);
  ASSERT_TRUE(second);
  table_.progress(*first, 10, start_ + kStall + 1s);
  table_.committing(*first);
  EXPECT_TRUE(table_.is_committing(blob_));
  table_.release(*first, true);
  EXPECT_TRUE(table_.is_superseded(*second));
}

TEST_F(ClaimTableTest, AfterATakeoverThatFailedTheFirstIsStillUploading) {
  const auto first = table_.claim(blob_, start_);
  const auto second = table_.claim(blob_, start_ + kStall);
  table_.progress(*first, 10, start_ + kStall + 1s);
  table_.release(*second, false);
  EXPECT_TRUE(table_.is_claimed(blob_));
  EXPECT_FALSE(table_.claim(blob_, start_ + kStall + 2s));
  table_.release(*first, false);
  EXPECT_FALSE(table_.is_claimed(blob_));
}

TEST_F(ClaimTableTest, TheServersOwnWorkIsNoStall) {
  const auto first = table_.claim(blob_, start_);
  table_.working(*first);
  EXPECT_FALSE(table_.claim(blob_, start_ + 1h));
  table_.progress(*first, 1, start_ + 1h);
  EXPECT_FALSE(table_.claim(blob_, start_ + 1h + 1s));
  table_.committing(*first);
  EXPECT_FALSE(table_.claim(blob_, start_ + 3h));
}

TEST_F(ClaimTableTest, ASupersededUploadDoesNotDisturbALaterClaim) {
  const auto first = table_.claim(blob_, start_);
  const auto second = table_.claim(blob_, start_ + kStall);
  table_.release(*second, true);
  const auto third = table_.claim(blob_, start_ + kStall);
  ASSERT_TRUE(third);
  table_.progress(*first, 7, start_ + 1h);
  EXPECT_EQ(table_.received(blob_), 0U);
  table_.release(*first, true);
  EXPECT_TRUE(table_.is_claimed(blob_));
  EXPECT_FALSE(table_.is_superseded(*third));
}

TEST_F(ClaimTableTest, AFewBytesNowAndThenAreNoProgressInTheLongRun) {
  ClaimTable table(kStall, 1000);
  const auto slow = table.claim(blob_, start_);
  const auto fast = table.claim(other_, start_);
  constexpr int kTrustedSeconds = 50;
  for (int second = 1; second < kTrustedSeconds + 8; ++second) {
    const auto now = start_ + std::chrono::seconds(second);
    table.progress(*slow, static_cast<std::uint64_t>(second), now);
    table.progress(*fast, static_cast<std::uint64_t>(second) * 400, now);
    if (second < kTrustedSeconds) {
      EXPECT_FALSE(table.claim(blob_, now));
    }
  }
  const auto end = start_ + std::chrono::seconds(kTrustedSeconds + 8);
  EXPECT_TRUE(table.claim(blob_, end));
  EXPECT_FALSE(table.claim(other_, end));
}

TEST_F(ClaimTableTest, WaitersAreWokenOnceOnRelease) {
  const auto ticket = table_.claim(blob_, start_);
  const auto waiter = table_.wait(blob_, count_, start_);
  const auto second = table_.wait(blob_, count_, start_);
  EXPECT_TRUE(table_.has_waiters());
  EXPECT_EQ(woken_, 0);
  table_.release(*ticket, false);
  EXPECT_EQ(woken_, 2);
  EXPECT_FALSE(table_.has_waiters());
  const auto again = table_.claim(blob_, start_);
  table_.release(*again, true);
  EXPECT_EQ(woken_, 2);
}

TEST_F(ClaimTableTest, WaitersAreWokenAtOnceWithoutAClaim) {
  const auto waiter = table_.wait(blob_, count_, start_);
  EXPECT_EQ(woken_, 1);
  const auto ticket = table_.claim(blob_, start_);
  ASSERT_TRUE(ticket);
  const auto stalled = table_.wait(blob_, count_, start_ + kStall);
  EXPECT_EQ(woken_, 2);
}

TEST_F(ClaimTableTest, WaitersAreWokenByAStall) {
  const auto ticket = table_.claim(blob_, start_);
  const auto waiter = table_.wait(blob_, count_, start_);
  table_.wake_stalled(start_ + kStall - 1ns);
  EXPECT_EQ(woken_, 0);
  table_.progress(*ticket, 1, start_ + 4s);
  table_.wake_stalled(start_ + kStall);
  EXPECT_EQ(woken_, 0);
  table_.wake_stalled(start_ + 4s + kStall);
  EXPECT_EQ(woken_, 1);
  table_.wake_stalled(start_ + 1h);
  table_.release(*ticket, false);
  EXPECT_EQ(woken_, 1);
}

TEST_F(ClaimTableTest, ADestroyedWaiterIsNotCalled) {
  const auto ticket = table_.claim(blob_, start_);
  { const auto waiter = table_.wait(blob_, count_, start_); }
  auto moved = table_.wait(blob_, count_, start_);
  auto kept = std::move(moved);
  auto replaced = table_.wait(blob_, count_, start_);
  replaced = ClaimTable::Waiter();
  table_.release(*ticket, false);
  EXPECT_EQ(woken_, 1);
}

TEST_F(ClaimTableTest, AWaiterMayBeDestroyedByItsOwnCall) {
  const auto ticket = table_.claim(blob_, start_);
  ClaimTable::Waiter waiter;
  waiter = table_.wait(
      blob_,
      [&] {
        ++woken_;
        waiter = ClaimTable::Waiter();
      },
      start_);
  table_.release(*ticket, false);
  EXPECT_EQ(woken_, 1);
}

TEST_F(ClaimTableTest, AWaiterMayClaimWhenWoken) {
  const auto ticket = table_.claim(blob_, start_);
  std::optional<ClaimTable::Ticket> next;
  const auto waiter = table_.wait(
      blob_, [&] { next = table_.claim(blob_, start_); }, start_);
  table_.release(*ticket, false);
  EXPECT_TRUE(next);
}

TEST_F(ClaimTableTest, ManyThreadsGetOneClaim) {
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const auto ticket = table_.claim(blob_, start_);
        if (!ticket) continue;
        const int now = ++held;
        if (now > most) most = now;
        table_.progress(*ticket, 1, start_);
        --held;
        table_.release(*ticket, i % 2 == 0);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(table_.size(), 0U);
}

}  // namespace
}  // namespace shaman
