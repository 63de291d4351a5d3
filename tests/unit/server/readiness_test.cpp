// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/health/readiness.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using namespace std::chrono_literals;

ReadinessCheck check_of(const ReadinessFacts& facts, std::string_view name) {
  const auto checks = check_readiness(facts);
  const auto found = std::ranges::find(checks, name, &ReadinessCheck::name);
  if (found == checks.end()) return {"none", false, {}, {}};
  return *found;
}

TEST(Readiness, AllIsWellByDefault) {
  const auto checks = check_readiness({});
  EXPECT_TRUE(is_ready(checks));
  EXPECT_EQ(checks.size(), 4U);
  for (const ReadinessCheck& check : checks)
    EXPECT_FALSE(check.message.empty()) << check.name;
}

TEST(Readiness, AStoppingServerIsNotReady) {
  const ReadinessFacts facts{.store = {}, .manager = {}, .is_stopping = true};
  EXPECT_FALSE(check_of(facts, "server").is_good);
}

TEST(Readiness, AStorageElsewhereIsNamedToAdminsAlone) {
  ReadinessFacts facts;
  facts.store.problem = "/srv/farm is another folder";
  const auto check = check_of(facts, "storage");
  EXPECT_FALSE(check.is_good);
  EXPECT_EQ(check.message.find("/srv"), std::string::npos);
  const auto checks = check_readiness(facts);
  EXPECT_EQ(readiness_json(checks, false).find("/srv"), std::string::npos);
  EXPECT_NE(readiness_json(checks, true).find("/srv"), std::string::npos);
}

TEST(Readiness, AStorageMayTakeItsTimeButNotForever) {
  ReadinessFacts facts;
  facts.store.unanswered = 60s;
  EXPECT_TRUE(check_of(facts, "storage").is_good);
  facts.store.unanswered = 61s;
  EXPECT_FALSE(check_of(facts, "storage").is_good);
}

TEST(Readiness, AReadOnlyStorageIsNotReady) {
  ReadinessFacts facts;
  facts.store.may_write = false;
  EXPECT_FALSE(check_of(facts, "storage").is_good);
}

TEST(Readiness, BytesAndInodesMustBeLeft) {
  ReadinessFacts facts;
  facts.store.upload_bytes = 1;
  EXPECT_TRUE(check_of(facts, "space").is_good);
  facts.store.free_inodes = 0;
  EXPECT_FALSE(check_of(facts, "space").is_good);
  facts.store = {};
  facts.store.upload_bytes = 0;
  EXPECT_FALSE(check_of(facts, "space").is_good);
}

TEST(Readiness, NoJournalIsWellAndAFailingOneIsNot) {
  ReadinessFacts facts;
  EXPECT_TRUE(check_of(facts, "journal").is_good);
  facts.store.journal = {.is_used = true};
  EXPECT_TRUE(check_of(facts, "journal").is_good);
  facts.store.journal.is_failing = true;
  EXPECT_FALSE(check_of(facts, "journal").is_good);
}

TEST(Readiness, AManagerCountsOnceItWasAsked) {
  ReadinessFacts facts;
  EXPECT_EQ(check_of(facts, "manager").name, "none");
  facts.manager = "";
  EXPECT_TRUE(check_of(facts, "manager").is_good);
  facts.manager = "http://10.0.0.7:8080 does not answer";
  const auto check = check_of(facts, "manager");
  EXPECT_FALSE(check.is_good);
  EXPECT_EQ(check.message.find("10.0.0.7"), std::string::npos);
}

TEST(Readiness, JsonNamesEachCheck) {
  ReadinessFacts facts;
  facts.store.may_write = false;
  const std::string json = readiness_json(check_readiness(facts), false);
  EXPECT_EQ(json.find(R"({"state":"not ready","checks":[{"name":"server","state":"ok",)"), 0U);
  EXPECT_NE(json.find(R"({"name":"storage","state":"failed",)"), std::string::npos);
  EXPECT_TRUE(json.ends_with("}]}"));
}

}  // namespace
}  // namespace shaman::http
