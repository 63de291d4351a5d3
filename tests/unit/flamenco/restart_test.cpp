// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/restart.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace shaman::proxy {
namespace {

// There is one checkout, "film", of identity 2b, that somebody else has made.
JobRules rules_for(bool may_erase) {
  JobRules rules;
  rules.knows_all = false;
  rules.led_into = [may_erase](const std::vector<WrittenPath>& paths, Effort& /*effort*/) {
    std::vector<CheckoutPlace> places;
    if (!paths.empty())
      places.push_back({CheckoutPlace::Kind::checkout, "film", may_erase, "2b", "her"});
    return result<std::vector<CheckoutPlace>>(places);
  };
  return rules;
}

manager::Job job_with(const nlohmann::json& metadata) {
  manager::Job job;
  job.id = "1";
  job.whole = {{"settings", {{"x", "{jobs}/film/a"}}}, {"metadata", metadata}};
  return job;
}

TEST(Restart, AJobRunsAgainOnlyInTheCheckoutsThatItWasSubmittedFor) {
  const char* const identities = "shaman.checkout-identities";
  const char* const makers = "shaman.checkout-makers";
  const struct {
    nlohmann::json metadata;
    bool may;
  } rows[] = {{{{identities, "2b"}, {makers, "her"}}, true},
              {{{identities, "1a 2b"}, {makers, "her my"}}, true},
              {{{identities, "2b"}}, true},
              {{{identities, "none"}, {makers, "none"}}, false},
              {{{identities, "1a"}, {makers, "her"}}, false},
              {{{identities, "2b"}, {makers, "my"}}, false},
              {nlohmann::json::object(), false}};
  for (const auto& row : rows) {
    EXPECT_EQ(judge_restart(job_with(row.metadata), rules_for(false)).has_value(), row.may)
        << row.metadata;
    EXPECT_TRUE(judge_restart(job_with(row.metadata), rules_for(true))) << row.metadata;
  }
  JobRules admin = rules_for(false);
  admin.knows_all = true;
  EXPECT_TRUE(judge_restart(job_with(nlohmann::json::object()), admin));
}

TEST(Restart, ARefusalNamesOnlyWhatTheJobSpells) {
  manager::Job job = job_with(nlohmann::json::object());
  const auto message = [&job] { return judge_restart(job, rules_for(false)).error().message(); };
  EXPECT_NE(message().find("the checkout \"film\""), std::string::npos);
  job.whole["settings"]["x"] = "{jobs}/f*";
  EXPECT_EQ(message().find("film"), std::string::npos);
}

TEST(Restart, WhatIsNotKnownToRestMayRun) {
  for (const char* const status :
       {"queued", "active", "requeueing", "soft-failed", "", "new", "Paused"})
    EXPECT_TRUE(
        read_status_change(nlohmann::json{{"status", status}, {"reason", "x"}}.dump())->may_run)
        << status;
  for (const char* const status :
       {"paused", "pause-requested", "cancel-requested", "canceled", "failed", "completed"})
    EXPECT_FALSE(
        read_status_change(nlohmann::json{{"status", status}, {"reason", "x"}}.dump())->may_run)
        << status;
  EXPECT_TRUE(read_status_change(R"({"status":5})")->may_run);
  EXPECT_TRUE(read_status_change("{}")->may_run);
  EXPECT_EQ(read_status_change(R"( {"status" : "paused"})")->json, R"({"status":"paused"})");
  for (const char* const odd : {"", "[]", R"({"status":"paused","status":"queued"})",
                                R"({"status":"paused","Status":"queued"})",
                                R"({"status":"paused","\u017ftatus":"queued"})"})
    EXPECT_FALSE(read_status_change(odd)) << odd;
}

}  // namespace
}  // namespace shaman::proxy
