// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "shaman/jobs/checkout_expiry.hpp"

#include "../checkout/checkouts_fixture.hpp"
#include "checkout_times.hpp"

namespace shaman::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OrdersTest : public test::CheckoutsTest {
 protected:
  OrdersTest() : ends_(*checkouts_, failing_, below("")) { options_.orphan_age = {}; }

  std::string checkout(const char* path) { return created(path, {{"f", blob_}}); }
  CheckoutExpiryResults look(const std::string& jobs, fs::Time now = fs::Time::clock::now()) {
    const auto ask = [&jobs]() -> result<std::vector<manager::Job>> {
      std::vector<manager::Job> list;
      const auto all = nlohmann::json::parse(jobs);
      for (const auto& each : all) {
        manager::Job job;
        job.id = each["id"];
        job.whole = each;
        list.push_back(job);
      }
      return list;
    };
    const auto results = ends_.look(ask, options_, now);
    EXPECT_TRUE(results) << results.error().message();
    return results ? *results : CheckoutExpiryResults();
  }

  // A list of jobs, one for each of the checkouts 0, 1, …
  static std::string jobs_of(int first, int end) {
    nlohmann::json all = nlohmann::json::array({{{"id", "other"}}});
    for (int i = first; i < end; ++i)
      all.push_back(
          {{"id", std::to_string(i)}, {"settings", {{"f", "{jobs}/" + std::to_string(i) + "/f"}}}});
    return all.dump();
  }
  // So many checkouts had jobs, and so many of these jobs have vanished without an order.
  CheckoutExpiryResults look_after_vanishing(int count, int vanished) {
    options_.grace = {};
    for (int i = 0; i < count; ++i)
      checkout(std::to_string(i).c_str());
    look(jobs_of(0, count));
    return look(jobs_of(vanished, count));
  }

  const BlobId blob_ = test::put(*store_, "content");
  CheckoutExpiry ends_;
  CheckoutExpiryOptions options_;
};

constexpr const char* kOther = R"([{"id":"9"}])";

TEST_F(OrdersTest, AnOrderedDeletionNeedsNeitherGraceNorBrake) {
  checkout("film/a");
  ends_.job_deleted({"1", {{"film/a"}}});
  EXPECT_THAT(look(kOther).erased, ElementsAre("film/a"));
}

TEST_F(OrdersTest, ItIsErasedOnceTheManagerHasDeletedTheJob) {
  checkout("film/a");
  ends_.job_deleted({"1", {{"film/a"}}});
  const auto marked = look(R"([{"id":"1","settings":{"f":"{jobs}/film/a/x"}}])");
  EXPECT_THAT(marked.erased, IsEmpty());
  EXPECT_TRUE(marked.is_awaited);
  EXPECT_THAT(look("[]").erased, ElementsAre("film/a"));
}

TEST_F(OrdersTest, AMarkInTheListIsAnOrder) {
  checkout("film/a");
  EXPECT_TRUE(look(R"([{"id":"1","delete_requested_at":"2026-01-01T00:00:00Z",
                        "metadata":{"shaman.checkout":"{jobs}/film/a"}}])")
                  .is_awaited);
  EXPECT_THAT(look(kOther).erased, ElementsAre("film/a"));
}

TEST_F(OrdersTest, AnotherJobKeepsIt) {
  checkout("film/a");
  ends_.job_deleted({"1", {{"film/a"}}});
  EXPECT_THAT(look(R"([{"id":"2","settings":{"f":"{jobs}/film/a/x"}}])").erased, IsEmpty());
  // Nobody was seen to delete that one.
  EXPECT_THAT(look(kOther).erased, IsEmpty());
}

TEST_F(OrdersTest, AJobOnItsWayKeepsIt) {
  checkout("film/a");
  ends_.job_deleted({"1", {{"film/a"}}});
  auto held = ends_.hold({"film/a"});
  const auto results = look(kOther);
  EXPECT_THAT(results.erased, IsEmpty());
  EXPECT_TRUE(results.is_awaited);
  held.reset();
  EXPECT_THAT(look(kOther).erased, ElementsAre("film/a"));
}

TEST_F(OrdersTest, TheOnlyCheckoutOfASmallFarmEndsWithoutAnOrder) {
  EXPECT_THAT(look_after_vanishing(1, 1).erased, ElementsAre("0"));
}

TEST_F(OrdersTest, TwoOfThreeEndWithoutAnOrder) {
  EXPECT_THAT(look_after_vanishing(3, 2).erased, ElementsAre("0", "1"));
}

TEST_F(OrdersTest, ThreeOfFourWaitForAnAdmin) {
  const auto results = look_after_vanishing(4, 3);
  EXPECT_THAT(results.erased, IsEmpty());
  EXPECT_THAT(results.held, ElementsAre("0", "1", "2"));
}

TEST_F(OrdersTest, ABrakeOfOneHoldsTwoOnASmallFarmToo) {
  options_.erase_brake = 1;
  EXPECT_THAT(look_after_vanishing(3, 2).held, ElementsAre("0", "1"));
}

TEST_F(OrdersTest, OneThatWasGivenToAClientAgainHasItsGraceFromThere) {
  using std::chrono::minutes;
  const auto now = fs::Time::clock::now();
  checkout("0");
  look(jobs_of(0, 1), now);
  look(jobs_of(1, 1), now);
  test::set_made(below("jobs/0"), now + minutes(50));
  EXPECT_THAT(look(jobs_of(1, 1), now + minutes(70)).erased, IsEmpty());
  EXPECT_THAT(look(jobs_of(1, 1), now + minutes(111)).erased, ElementsAre("0"));
}

TEST_F(OrdersTest, AnOrphanThatIsGivenToAClientAtThatMomentStaysWhole) {
  const auto now = fs::Time::clock::now();
  options_.orphan_age = std::chrono::hours(1);
  checkout("0");
  failing_.on_call([&](const test::Call& call) -> boost::system::error_code {
    const bool is_taken = call.operation == test::Operation::rename && call.path != "0" &&
                          !call.path.starts_with("known");
    if (is_taken) test::set_made(below("jobs/0"), now + std::chrono::hours(2));
    return {};
  });
  EXPECT_THAT(look(kOther, now + std::chrono::hours(2)).erased, IsEmpty());
  failing_.on_call({});
  EXPECT_EQ(read("0/f"), "content");
}

TEST_F(OrdersTest, AJobThatMayLeadThereKeepsItAndLeavesNoTrace) {
  checkout("film/a");
  const auto used = look(R"([{"id":"1","settings":{"out":"/mnt/jobs/film/a/x"}}])");
  EXPECT_EQ(used.used, 1U);
  ends_.job_deleted({"1", {}});
  options_.grace = {};
  EXPECT_THAT(look(kOther).erased, IsEmpty());
}

}  // namespace
}  // namespace shaman::jobs
