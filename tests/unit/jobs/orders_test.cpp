// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "shaman/jobs/checkout_ends.hpp"

#include "../checkout/checkouts_fixture.hpp"

namespace shaman::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OrdersTest : public test::CheckoutsTest {
 protected:
  OrdersTest() : ends_(*checkouts_, failing_, below("")) { options_.orphan_age = {}; }

  std::string checkout(const char* path) { return created(path, {{"f", blob_}}); }
  CheckoutEndsResults look(const char* jobs) {
    const auto ask = [jobs]() -> result<std::vector<manager::Job>> {
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
    const auto results = ends_.look(ask, options_, std::chrono::system_clock::now());
    EXPECT_TRUE(results) << results.error().message();
    return results ? *results : CheckoutEndsResults();
  }

  const BlobId blob_ = test::put(*store_, "content");
  CheckoutEnds ends_;
  CheckoutEndsOptions options_;
};

constexpr const char* kOther = R"([{"id":"9"}])";

TEST_F(OrdersTest, AnOrderedDeletionNeedsNeitherGraceNorBrake) {
  checkout("film/a");
  ends_.job_deleted({"1", {"film/a"}});
  EXPECT_THAT(look(kOther).erased, ElementsAre("film/a"));
}

TEST_F(OrdersTest, ItIsErasedOnceTheManagerHasDeletedTheJob) {
  checkout("film/a");
  ends_.job_deleted({"1", {"film/a"}});
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
  ends_.job_deleted({"1", {"film/a"}});
  EXPECT_THAT(look(R"([{"id":"2","settings":{"f":"{jobs}/film/a/x"}}])").erased, IsEmpty());
  // Nobody was seen to delete that one.
  EXPECT_THAT(look(kOther).erased, IsEmpty());
}

TEST_F(OrdersTest, AJobOnItsWayKeepsIt) {
  checkout("film/a");
  ends_.job_deleted({"1", {"film/a"}});
  auto held = ends_.hold({"film/a"});
  const auto results = look(kOther);
  EXPECT_THAT(results.erased, IsEmpty());
  EXPECT_TRUE(results.is_awaited);
  held.reset();
  EXPECT_THAT(look(kOther).erased, ElementsAre("film/a"));
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
