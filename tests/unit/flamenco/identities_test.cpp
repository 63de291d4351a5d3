// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "shaman/jobs/checkout_expiry.hpp"

#include "../checkout/checkouts_fixture.hpp"

namespace shaman::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A checkout that a job was submitted for is erased, and another one gets its path.
class IdentitiesTest : public test::CheckoutsTest {
 protected:
  IdentitiesTest() : ends_(*checkouts_, failing_, below("")) {
    options_.orphan_age = {};
    options_.grace = {};
  }

  std::string checkout() {
    EXPECT_EQ(created("film", {{"f", blob_}}), "film");
    return found("film").identity;
  }
  std::string another() {
    EXPECT_TRUE(checkouts_->erase("film"));
    return checkout();
  }
  static manager::Job job(const char* id, const std::string& record = {}) {
    manager::Job job;
    job.id = id;
    job.whole = {{"id", id}, {"settings", {{"f", "{jobs}/film/f"}}}};
    if (!record.empty()) job.whole["metadata"] = {{"shaman.checkout-identities", record}};
    return job;
  }
  static manager::Job elsewhere() {
    manager::Job job;
    job.id = "9";
    job.whole = {{"id", "9"}};
    return job;
  }
  CheckoutExpiryResults look(const std::vector<manager::Job>& jobs) {
    const auto ask = [&jobs]() -> result<std::vector<manager::Job>> { return jobs; };
    const auto results = ends_.look(ask, options_, fs::Time::clock::now());
    EXPECT_TRUE(results) << results.error().message();
    return results ? *results : CheckoutExpiryResults();
  }

  const BlobId blob_ = test::put(*store_, "content");
  CheckoutExpiry ends_;
  CheckoutExpiryOptions options_;
};

TEST_F(IdentitiesTest, AJobEndsTheCheckoutThatItRecords) {
  const std::string identity = checkout();
  look({job("1", identity)});
  EXPECT_THAT(look({elsewhere()}).erased, ElementsAre("film"));
}

TEST_F(IdentitiesTest, AJobDoesNotEndWhatHasItsCheckoutsPathNow) {
  const std::string old = checkout();
  look({job("1", old)});
  another();
  EXPECT_EQ(look({job("1", old)}).used, 1U) << "it may read it";
  EXPECT_THAT(look({elsewhere()}).erased, IsEmpty());
}

TEST_F(IdentitiesTest, AnOrderThatWasGivenForOneDoesNotEndAnother) {
  const std::string old = checkout();
  look({job("1", old)});
  ends_.job_deleted({"1", {{"film", old}}});
  another();
  EXPECT_THAT(look({elsewhere()}).erased, IsEmpty());
}

TEST_F(IdentitiesTest, AJobWithoutARecordEndsWhatLayThereWhenItWasFirstSeen) {
  checkout();
  look({job("1")});
  const std::string now = another();
  EXPECT_EQ(look({job("1")}).used, 1U);
  // An admin deletes it, who may erase both.
  ends_.job_deleted({"1", {{"film", now}}});
  EXPECT_THAT(look({elsewhere()}).erased, IsEmpty());
  EXPECT_THAT(look({elsewhere()}).erased, IsEmpty());
}

TEST_F(IdentitiesTest, AJobThatWasThereBeforeACheckoutIsNotItsJob) {
  look({job("1")});
  checkout();
  look({job("1")});
  EXPECT_THAT(look({elsewhere()}).erased, IsEmpty());
}

TEST_F(IdentitiesTest, TheNewOneEndsWithItsOwnJob) {
  const std::string old = checkout();
  look({job("1", old)});
  const std::string now = another();
  look({job("1", old), job("2", now)});
  EXPECT_THAT(look({job("1", old)}).erased, IsEmpty()) << "a job still leads there";
  EXPECT_THAT(look({elsewhere()}).erased, ElementsAre("film"));
}

TEST_F(IdentitiesTest, WhatAnAdminConfirmedIsOneCheckout) {
  const std::string old = checkout();
  options_.erase_brake = 0;
  look({job("1", old)});
  EXPECT_THAT(look({elsewhere()}).held, ElementsAre("film"));
  const auto held = held_checkouts(failing_, below(""));
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 1U);
  EXPECT_EQ(held->front().id, (CheckoutId{"film", old}));
  EXPECT_EQ(held->front().why, Ended::job_gone);
  ASSERT_TRUE(confirm_erasing(failing_, below(""), *held, "anna"));
  const std::string now = another();
  look({job("2", now)});
  ASSERT_TRUE(confirm_erasing(failing_, below(""), *held, "anna"));
  EXPECT_THAT(look({elsewhere()}).held, ElementsAre("film"));
}

TEST_F(IdentitiesTest, ACopyOfAStorageKeepsThem) {
  const std::string identity = checkout();
  // As a backup that is put back: other inodes, other times.
  std::filesystem::rename(below("jobs/film"), below("jobs/aside"));
  std::filesystem::copy(
      below("jobs/aside"), below("jobs/film"),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
  EXPECT_EQ(found("film").identity, identity);
}

}  // namespace
}  // namespace shaman::jobs
