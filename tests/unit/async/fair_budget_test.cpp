// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/fair_budget.hpp"

#include <deque>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using std::chrono::seconds;

// A client's connection: how fast it is, and whether it was asked to give way.
class Connection final : public FairBudget::Holder {
 public:
  bool give_way() override {
    ++asked;
    return can_give_way;
  }
  [[nodiscard]] std::uint64_t moved() const override { return bytes; }

  std::uint64_t bytes = 0;
  bool can_give_way = true;
  int asked = 0;
};

TEST(FairBudget, GivesWhatIsThereAndTakesItBack) {
  FairBudget budget(10);
  {
    const auto grant = budget.try_acquire("anna", 7);
    ASSERT_TRUE(grant);
    EXPECT_FALSE(budget.try_acquire("anna", 4));
    EXPECT_TRUE(budget.try_acquire("anna", 3));
  }
  EXPECT_EQ(budget.available(), 10U);
}

TEST(FairBudget, ServesAClientInOrderSoThatALargeWishIsNotStarved) {
  FairBudget budget(10);
  auto held = budget.try_acquire("anna", 8);
  int large_wakes = 0;
  int small_wakes = 0;
  FairBudget::Request large(budget, "anna", 10, [&] { ++large_wakes; });
  FairBudget::Request small(budget, "anna", 1, [&] { ++small_wakes; });
  EXPECT_FALSE(budget.try_acquire("anna", 1));  // 2 are free, but others came first
  EXPECT_EQ(small_wakes, 0);
  held.reset();
  EXPECT_EQ(large_wakes, 1);
  EXPECT_EQ(small_wakes, 0);
  auto grant = large.take();
  ASSERT_TRUE(grant);
  EXPECT_FALSE(large.take());
  grant->release();
  EXPECT_EQ(small_wakes, 1);
  EXPECT_TRUE(small.take());
}

TEST(FairBudget, AClientMayHaveAsMuchAsItLeaves) {
  FairBudget budget(16, FairBudget::MostOfOne::as_much_as_is_left);
  const auto take_all = [&budget](const char* client) {
    std::vector<FairBudget::Grant> grants;
    while (auto grant = budget.try_acquire(client, 1))
      grants.push_back(*std::move(grant));
    return grants;
  };
  auto annas = take_all("anna");
  EXPECT_EQ(annas.size(), 8U);
  int wakes = 0;
  FairBudget::Request waits(budget, "anna", 1, [&] { ++wakes; });
  EXPECT_EQ(wakes, 0) << "8 are free, but not hers";
  FairBudget::Request others(budget, "ben", 2, [] {});
  EXPECT_TRUE(others.take());
  annas.clear();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(waits.take());
}

TEST(FairBudget, AFewClientsLeaveAPlaceForAnother) {
  FairBudget budget(1024, FairBudget::MostOfOne::as_much_as_is_left);
  std::vector<FairBudget::Grant> grants;
  for (const char* const client : {"a", "b", "c", "d", "e", "f"})
    while (auto grant = budget.try_acquire(client, 1))
      grants.push_back(*std::move(grant));
  EXPECT_EQ(budget.available(), 16U);
  for (int i = 0; i < 16; ++i)
    grants.push_back(budget.try_acquire("anna", 1).value());
}

// A share that is taken back only for now, as a change is once the Manager works on it.
TEST(FairBudget, OnlyWhatIsAtHandCountsAsLeft) {
  for (const bool is_at_hand : {false, true}) {
    FairBudget budget(1024, FairBudget::MostOfOne::as_much_as_is_left);
    Connection bens;
    std::vector<FairBudget::Grant> grants;
    for (const char* const client : {"ben", "carl"})
      while (auto grant = budget.try_acquire(client, 1, &bens, is_at_hand))
        grants.push_back(*std::move(grant));
    EXPECT_EQ(budget.available(), is_at_hand ? 0U : 256U);
  }
}

TEST(FairBudget, WhoAsksForMoreThanOneMayHaveGetsThat) {
  FairBudget budget(8, FairBudget::MostOfOne::as_much_as_is_left);
  EXPECT_TRUE(budget.try_acquire("anna", 8));
  const auto half = budget.try_acquire("anna", 8);
  EXPECT_EQ(budget.available(), 4U);
}

TEST(FairBudget, WhoLeavesTheQueueLetsTheOthersThrough) {
  FairBudget budget(10);
  const auto held = budget.try_acquire("anna", 5);
  auto large = std::make_unique<FairBudget::Request>(budget, "anna", 10, [] {});
  int wakes = 0;
  FairBudget::Request small(budget, "anna", 5, [&] { ++wakes; });
  large.reset();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(small.take());
}

TEST(FairBudget, AGrantThatNobodyTookIsGivenBack) {
  FairBudget budget(10);
  {
    const FairBudget::Request request(budget, "anna", 10, [] {});
  }
  EXPECT_EQ(budget.available(), 10U);
}

TEST(FairBudget, TheClientThatHoldsLeastComesNext) {
  FairBudget budget(4);
  std::vector<std::optional<FairBudget::Grant>> held;
  for (int i = 0; i < 4; ++i)
    held.push_back(budget.try_acquire("mallory", 1));
  std::deque<FairBudget::Request> hostile;
  for (int i = 0; i < 1000; ++i)
    hostile.emplace_back(budget, "mallory", 1, [] {});
  bool is_served = false;
  const FairBudget::Request honest(budget, "anna", 1, [&] { is_served = true; });
  held.pop_back();
  EXPECT_TRUE(is_served);
  EXPECT_FALSE(hostile.front().take());
}

TEST(FairBudget, OneWhoHoldsManySharesGivesWayToOneWhoHasNone) {
  FairBudget budget(192);
  std::deque<Connection> slow(3);
  std::vector<std::optional<FairBudget::Grant>> held;
  for (Connection& each : slow)
    held.push_back(budget.try_acquire("mallory", 64, &each));
  bool is_served = false;
  const FairBudget::Request honest(budget, "anna", 53, [&] { is_served = true; });
  EXPECT_FALSE(is_served);
  EXPECT_EQ(slow[2].asked, 1) << "the youngest";
  EXPECT_EQ(slow[0].asked + slow[1].asked, 0);
  held.pop_back();
  EXPECT_TRUE(is_served);
}

TEST(FairBudget, WhoIsBeingWorkedForIsNotTakenFrom) {
  FairBudget budget(192);
  std::deque<Connection> all(3);
  all[2].can_give_way = false;
  std::vector<std::optional<FairBudget::Grant>> held;
  for (Connection& each : all)
    held.push_back(budget.try_acquire("mallory", 64, &each));
  const FairBudget::Request honest(budget, "anna", 53, [] {});
  EXPECT_EQ(all[1].asked, 1);
  EXPECT_EQ(all[0].asked, 0);
}

TEST(FairBudget, EqualsTakeNothingFromEachOther) {
  FairBudget budget(192);
  std::deque<Connection> all(3);
  const auto a = budget.try_acquire("anna", 64, &all[0]);
  const auto b = budget.try_acquire("ben", 64, &all[1]);
  const auto c = budget.try_acquire("carl", 64, &all[2]);
  const FairBudget::Request request(budget, "dora", 64, [] {});
  for (const Connection& each : all)
    EXPECT_EQ(each.asked, 0);
}

TEST(FairBudget, TheSlowestGiveWayToWhoHasWaited) {
  FairBudget budget(192);
  std::deque<Connection> all(3);
  const auto a = budget.try_acquire("a", 64, &all[0]);
  const auto b = budget.try_acquire("b", 64, &all[1]);
  const auto c = budget.try_acquire("c", 64, &all[2]);
  const FairBudget::Request honest(budget, "anna", 64, [] {});
  const FairBudget::Time start{};
  budget.relieve(start);
  all[0].bytes += 100;
  all[2].bytes += 1;
  budget.relieve(start + std::chrono::milliseconds(500));
  for (const Connection& each : all)
    EXPECT_EQ(each.asked, 0) << "too early";
  budget.relieve(start + FairBudget::kPatience);
  EXPECT_EQ(all[0].asked, 0) << "it is fast";
  EXPECT_EQ(all[1].asked, 1) << "it has sent nothing";
  EXPECT_EQ(all[2].asked, 0) << "one was enough";
}

TEST(FairBudget, SlowOnesStayWhileNobodyWaits) {
  FairBudget budget(10);
  Connection slow;
  const auto held = budget.try_acquire("mallory", 10, &slow);
  for (int i = 0; i < 100; ++i)
    budget.relieve(FairBudget::Time{} + seconds(i));
  EXPECT_EQ(slow.asked, 0);
}

}  // namespace
}  // namespace shaman::http
