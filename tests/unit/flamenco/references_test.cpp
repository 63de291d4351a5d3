// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace shaman::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The checkouts, of those given, that one job uses.
std::vector<std::string> used(const std::vector<std::string>& paths, const char* job) {
  std::vector<FoundCheckout> checkouts;
  for (const std::string& path : paths)
    checkouts.push_back({path, {}});
  manager::Job read;
  read.id = "1";
  read.whole = nlohmann::json::parse(job);
  std::vector<std::string> found;
  for (const auto& [path, users] : users_of(checkouts, {read}))
    found.push_back(users.naming.empty() ? "perhaps " + path : path);
  return found;
}

TEST(References, AJobUsesWhatItNames) {
  EXPECT_THAT(used({"film/a", "film/b"}, R"({"storage":{"shaman_checkout_id":"film/a"}})"),
              ElementsAre("film/a"));
  EXPECT_THAT(used({"film/a"}, R"({"storage":{"shaman_checkout_id":"film/a/"}})"),
              ElementsAre("film/a"));
}

// In settings and in metadata; `film/ab` is another checkout.
void expect_used(const std::string& text, const char* as) {
  for (const char* const member : {"settings", "metadata"}) {
    const std::string job = std::string("{\"") + member + "\":{\"s\":" + text + "}}";
    EXPECT_THAT(used({"film/a", "film/ab"}, job.c_str()), ElementsAre(as)) << text;
  }
}

TEST(References, AJobNamesWhereItsVariableJobsLeads) {
  for (const char* const text :
       {R"("{jobs}/film/a/x.blend")", R"("{jobs}/film/a")", R"("{jobs}\\film\\a\\x.blend")",
        R"(["other", {"deep": "{jobs}/film/a/x"}])", R"("--python={jobs}/film/a/x.py")",
        R"("{jobs}/film/b/../a/x")", R"("{jobs}//film/./a")", R"("{jobs}/jobs/film/a/x")"})
    expect_used(text, "film/a");
}

TEST(References, AJobPerhapsUsesWhereAnyFolderOrVariableMayLead) {
  for (const char* const text :
       {R"("/srv/shaman/jobs/film/a/x")", R"("S:\\farm\\jobs\\film\\a\\x")",
        R"("/my/jobs/jobs/film/a/x")", R"("jobs/film/a")", R"("Z:\\Jobs\\film\\a")",
        R"("--out=JOBS/film/a")", R"("{jobs}/film/a/../../out")", R"("/x/jobs/../jobs//film/a")",
        R"("{farm}/film/a/x.blend")"})
    expect_used(text, "perhaps film/a");
}

TEST(References, AJobNamesOnlyTheCheckoutThatItRecords) {
  const auto naming = [](const std::string& record) {
    manager::Job job;
    job.id = "1";
    job.whole = {{"settings", {{"x", "{jobs}/film/a"}}},
                 {"metadata", {{"shaman.checkout-identities", record}}}};
    const auto users = users_of({{"film/a", {}, "1a"}}, {job});
    EXPECT_EQ(users.at("film/a").all.size(), 1U) << "it is used all the same";
    return !users.at("film/a").naming.empty();
  };
  EXPECT_TRUE(naming(record_of({"1a"})));
  EXPECT_TRUE(naming(record_of({"2b", "1a"})));
  EXPECT_FALSE(naming(record_of({"2b"})));
  EXPECT_FALSE(naming(record_of({})));
}

TEST(References, WhatIsRelativeToAFolderLeadsFromThere) {
  const auto beside = [](std::string_view text) {
    std::string found;
    for (const Lead& lead : leads_beside(text, "film/mine"))
      found += (found.empty() ? "" : " ") + lead.path;
    return found;
  };
  EXPECT_EQ(beside("//../hers/x"), "film/mine film/hers/x");
  EXPECT_EQ(beside("..\\hers"), "film/mine film/hers");
  EXPECT_EQ(beside("./out"), "film/mine/out");
  EXPECT_EQ(beside("out"), "");
  EXPECT_EQ(beside("/out"), "");
}

TEST(References, LongTextsAreNoWork) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i)
    text += "}/";
  EXPECT_LE(leads_of(text).size(), 10'000U);
}

TEST(References, WhatLeadsElsewhereIsNoUse) {
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"{jobs}/film/ab/x.blend","t":"film/a/x",
                                  "u":"/out/film/a/x","v":"{jobs}/film","w":3,"x":null}})"),
              IsEmpty());
  EXPECT_THAT(used({"film/a"}, R"({"storage":5,"settings":"x","metadata":[]})"), IsEmpty());
}

}  // namespace
}  // namespace shaman::jobs
