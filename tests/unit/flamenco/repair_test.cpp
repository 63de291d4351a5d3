// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/repair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::proxy {
namespace {

using Kind = CheckoutPlace::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

// Two checkouts: "film/mine" is the requester's, "film/hers" somebody else's.
result<CheckoutPlace> place_of_mine_or_hers(const std::string& path) {
  if (path.size() > 300) return CheckoutPlace{Kind::unsafe};
  for (const char* const checkout : {"film/mine", "film/hers"}) {
    const bool may_erase = std::string_view(checkout) == "film/mine";
    const char* const identity = may_erase ? "1a" : "2b";
    if (path == checkout) return CheckoutPlace{Kind::checkout, checkout, may_erase, identity};
    if (path.starts_with(std::string(checkout) + "/"))
      return CheckoutPlace{Kind::inside, checkout, may_erase, identity};
  }
  if (path == "film") return CheckoutPlace{Kind::folder};
  if (path == "." || path == "..") return CheckoutPlace{Kind::unsafe};
  return CheckoutPlace{Kind::nothing};
}

result<std::vector<CheckoutPlace>> led_into_mine_or_hers(const std::vector<WrittenPath>& paths,
                                                         Effort& /*effort*/) {
  std::vector<CheckoutPlace> places;
  for (const WrittenPath& path : paths)
    for (const bool is_mine : {true, false}) {
      const std::string checkout = is_mine ? "film/mine" : "film/hers";
      if (path.path.starts_with(checkout))
        places.push_back({Kind::checkout, checkout, is_mine, is_mine ? "1a" : "2b",
                          is_mine ? "my" : "her", path});
    }
  return places;
}

JobRules rules_of(bool has_makers = false) {
  JobRules rules;
  rules.place_of = place_of_mine_or_hers;
  rules.led_into = led_into_mine_or_hers;
  rules.knows_all = false;
  rules.maker = "my";
  rules.has_makers = has_makers;
  return rules;
}

result<RepairedJob> repaired(std::string_view json, bool is_off = false) {
  JobRules rules = rules_of();
  rules.manager_shaman_is_off = is_off;
  return repair_job(json, rules);
}

std::string text_after(std::string_view json, bool is_off = false) {
  const auto job = repaired(json, is_off);
  return job ? job->json : "refused: " + job.error().message();
}

void expect_refused(std::string_view json, errc code, const char* words) {
  const auto job = repaired(json);
  ASSERT_FALSE(job) << json << " became " << job->json;
  EXPECT_EQ(job.error().code, code) << json;
  EXPECT_THAT(job.error().message(), HasSubstr(words)) << json;
}

TEST(Repair, TheIdBecomesAMemberOfTheMetadata) {
  EXPECT_EQ(text_after(R"({"storage":{"shaman_checkout_id":"film/mine"},"name":"j"})"),
            R"({"name":"j","metadata":{"shaman.checkout":"{jobs}/film/mine",)"
            R"("shaman.checkout-identities":"1a"}})");
  EXPECT_EQ(
      text_after(R"({"storage":{"shaman_checkout_id":"film/mine","x":1},"metadata":{"a":"b"}})"),
      R"({"storage":{"x":1},"metadata":{"a":"b","shaman.checkout":"{jobs}/film/mine",)"
      R"("shaman.checkout-identities":"1a"}})");
  EXPECT_EQ(text_after(R"({"metadata":null,"storage":{"shaman_checkout_id":""}})"),
            R"({"metadata":null})");
  EXPECT_EQ(text_after(R"({"storage":{"shaman_checkout_id":null}})"), "{}");
}

TEST(Repair, AJobNamesTheCheckoutsItsTextsLeadTo) {
  const auto job = repaired(
      R"({"settings":{"blendfile":"{jobs}/film/mine/a.blend","deep":[{"x":"{jobs}\\film\\mine"}]}})");
  ASSERT_TRUE(job) << job.error().message();
  EXPECT_THAT(job->checkouts, ElementsAre("film/mine"));
}

TEST(Repair, WhatIsNotExactlyACheckoutIsNoId) {
  for (const char* const id : {".", "..", "film", "film/mine/tex", "nobody", "film/mine/"})
    expect_refused(std::string(R"({"storage":{"shaman_checkout_id":")") + id + "\"}}",
                   errc::invalid_argument, "shaman_checkout_id");
}

TEST(Repair, SomebodyElsesCheckoutIsNotNamed) {
  for (const char* const job :
       {R"({"storage":{"shaman_checkout_id":"film/hers"}})",
        R"({"settings":{"blendfile":"{jobs}/film/hers/a.blend"}})",
        R"({"settings":{"other":["--library={jobs}/film/hers/lib.blend"]}})",
        R"({"settings":{"other":"{jobs}\\film\\hers"}})",
        R"({"settings":{"other":"{jobs}/jobs/film/hers/a.blend"}})",
        R"({"metadata":{"shaman.checkout":"{jobs}/film/hers"}})"})
    expect_refused(job, errc::access_denied, "film/hers");
}

// Which checkouts others have is theirs.
TEST(Repair, ARefusalNamesOnlyWhatTheJobSpells) {
  const auto message = [](const std::string& text, const char* found) {
    JobRules rules = rules_of();
    rules.led_into = [found](const std::vector<WrittenPath>& paths, Effort& /*effort*/) {
      return result<std::vector<CheckoutPlace>>(
          std::vector<CheckoutPlace>{{Kind::checkout, found, false, "2b", "her", paths.front()}});
    };
    const auto job = repair_job(R"({"settings":{"x":")" + text + "\"}}", rules);
    return job ? std::string() : job.error().message();
  };
  EXPECT_THAT(message("{jobs}/FILM/secret/x", "film/Secret"), HasSubstr("\"film/Secret\""));
  for (const char* const text :
       {"{jobs}/film/s~1", "{jobs}/film/s*", "{jobs}/film/{x}/a", "{jobs}/FILM~1/secret"}) {
    EXPECT_THAT(message(text, "film/Secret"), testing::Not(HasSubstr("Secret"))) << text;
    EXPECT_THAT(message(text, "film/Secret"), HasSubstr("could lead into a checkout,")) << text;
  }
}

TEST(Repair, AJobThatIsTooMuchWorkIsRefused) {
  JobRules rules = rules_of();
  rules.led_into = [](const std::vector<WrittenPath>&, Effort& effort) {
    effort.give_up();
    return result<std::vector<CheckoutPlace>>(std::vector<CheckoutPlace>{});
  };
  const char* const job = R"({"settings":{"x":"{jobs}/film/*"}})";
  const auto refused = repair_job(job, rules);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid_argument);
  EXPECT_THAT(refused.error().message(), HasSubstr("too long to judge"));
  rules.knows_all = true;
  EXPECT_TRUE(repair_job(job, rules)) << "who may enter every checkout";
}

TEST(Repair, APathThatLeavesTheJobsFolderIsRefused) {
  for (const char* const path : {"{jobs}/../jobs/film/hers/a", "{jobs}/film/mine/../hers/a.blend",
                                 "{jobs}/film/mine/../../../jobs/film/hers", "{jobs}//film/x",
                                 "{jobs}/./film/x", "{jobs}\\\\..\\\\x"})
    expect_refused(std::string(R"({"settings":{"deep":[{"x":")") + path + "\"}]}}",
                   errc::invalid_argument, "must be a plain path");
}

TEST(Repair, APathTooLongForACheckoutLeadsIntoItAllTheSame) {
  const std::string deep(300, 'x');
  expect_refused(R"({"settings":{"s":"{jobs}/film/hers/y/)" + deep + "/" + deep + "\"}}",
                 errc::access_denied, "film/hers");
}

// Jobs that could lead a worker into "film/hers".
constexpr const char* kLeadingToOthers[] = {
    R"({"settings":{"render_output_root":"/renders/jobs/film/hers/out"}})",
    R"({"settings":{"x":"S:\\farm\\Jobs\\film\\hers"}})",
    R"({"settings":{"x":"jobs/film/hers"}})",
    R"({"settings":{"x":["--a=/srv/farm//jobs//film/./hers/x"]}})",
    R"({"settings":{"{jobs}/film/hers/x":1}})",
    R"({"settings":{"x":{"/srv/jobs/film/hers":null}}})",
    R"({"metadata":{"jobs/film/hers":"x"}})",
    R"({"name":"{jobs}/film/hers"})",
    R"({"unknown":[{"x":"/srv/jobs/film/hers"}]})",
    R"({"settings":{"x":"a {jobs}/../jobs/film/hers"}})",
    R"({"settings":{"x":"--a={jobs}/film/hers/../mine/x"}})",
    R"({"settings":{"x":"-b {jobs}/film/hers -x a/../.."}})",
    R"({"settings":{"blendfile":"{jobs}/film/mine/a.blend","out":"//../hers/x"}})",
    R"({"settings":{"blendfile":"/srv/jobs/film/mine/a.blend","out":"..\\hers\\x"}})",
};

TEST(Repair, NoSpellingLeadsIntoSomebodyElsesCheckout) {
  for (const char* const job : kLeadingToOthers)
    expect_refused(job, errc::access_denied, "film/hers");
}

TEST(Repair, WhatLeadsElsewhereIsNobodys) {
  for (const char* const job :
       {R"({"settings":{"x":"film/hers/out"}})", R"({"settings":{"x":"/srv/my-jobs/film/hers"}})",
        R"({"settings":{"x":"//../hers/x","blendfile":"/elsewhere/mine/a.blend"}})"})
    EXPECT_EQ(text_after(job), job);
}

TEST(Repair, AJobRecordsWhichCheckoutsItNames) {
  EXPECT_EQ(text_after(R"({"settings":{"x":"{jobs}/film/mine/a"}})"),
            R"({"settings":{"x":"{jobs}/film/mine/a"},"metadata":)"
            R"({"shaman.checkout-identities":"1a"}})");
  EXPECT_EQ(text_after(R"({"metadata":{"shaman.checkout-identities":"2b"},
                           "settings":{"x":"{jobs}/gone"}})"),
            R"({"metadata":{"shaman.checkout-identities":"none"},"settings":{"x":"{jobs}/gone"}})");
  EXPECT_EQ(text_after(R"({"metadata":{"shaman.checkout-identities":"2b"}})"),
            R"({"metadata":{}})");
}

TEST(Repair, AJobRecordsWhoMadeItsCheckouts) {
  const auto recorded = [](std::string_view json) {
    const auto job = repair_job(json, rules_of(true));
    return job ? job->json : job.error().message();
  };
  EXPECT_EQ(recorded(R"({"settings":{"x":"{jobs}/film/mine/a"},
                         "metadata":{"shaman.checkout-makers":"none"}})"),
            R"({"settings":{"x":"{jobs}/film/mine/a"},"metadata":)"
            R"({"shaman.checkout-identities":"1a","shaman.checkout-makers":"my"}})");
  EXPECT_EQ(recorded(R"({"metadata":{"shaman.checkout-makers":"my"},"settings":{"x":"jobs/y"}})"),
            R"({"metadata":{"shaman.checkout-identities":"none","shaman.checkout-makers":"none"},)"
            R"("settings":{"x":"jobs/y"}})");
  EXPECT_EQ(recorded(R"({"metadata":{"shaman.checkout-makers":"my"}})"), R"({"metadata":{}})");
  EXPECT_EQ(text_after(R"({"metadata":{"shaman.checkout-makers":"my"}})"), R"({"metadata":{}})")
      << "nor where nobody has a name";
}

TEST(Repair, AVariableThatIsKnownLeadsNowhereElse) {
  const char* const job = R"({"settings":{"x":"{render}/film/hers/out"}})";
  JobRules rules = rules_of();
  rules.farm.ignores_placeholders = true;
  EXPECT_TRUE(repair_job(job, rules));
  rules.farm.ignores_placeholders = false;
  ASSERT_FALSE(repair_job(job, rules));
  EXPECT_EQ(repair_job(job, rules).error().code, errc::access_denied);
  rules.farm.variables = {{{"render", {"/mnt/render"}}}};
  EXPECT_TRUE(repair_job(job, rules));
}

TEST(Repair, ABlendfileIsAPlainPath) {
  for (const char* const path : {"film/x/../mine/a", "film//mine/a", "./film", "..", "film/mine/."})
    expect_refused(std::string(R"({"settings":{"blendfile":"{jobs}/)") + path + "\"}}",
                   errc::invalid_argument, "plain path");
}

TEST(Repair, MembersThatAManagerTakesForFieldsAreRefused) {
  for (const char* const job :
       {R"({"Storage":{"shaman_checkout_id":"."}})", R"({"\u017ftorage":{}})", R"({"NAME":"x"})",
        R"({"storage":{"SHAMAN_CHECKOUT_ID":"."}})", R"({"wor\u212aer_tag":""})",
        R"({"storage":{"\u017fhaman_checkout_id":"."}})", R"({"METADATA":{}})"})
    expect_refused(job, errc::invalid_argument, "write it as");
}

TEST(Repair, ShapesThatAManagerWouldReadOtherwiseAreRefused) {
  for (const char* const job :
       {"[]", "null", "5", "\"x\"", R"({"storage":5})", R"({"storage":[]})", R"({"settings":"x"})",
        R"({"metadata":[]})", R"({"storage":{"shaman_checkout_id":5}})",
        R"({"storage":{"shaman_checkout_id":["."]}})"})
    expect_refused(job, errc::invalid_argument, "must be");
}

TEST(Repair, SettingsMayDifferInCase) {
  const char* const job = R"({"settings":{"FPS":1.0,"fps":24,"Storage":"x"},"unknown":1e2})";
  EXPECT_EQ(text_after(job), job);
}

TEST(Repair, AManagerWithoutShamanFindsTheBlendfileOneFolderDeeper) {
  EXPECT_EQ(text_after(R"({"settings":{"blendfile":"{jobs}/film/mine/a.blend"}})", true),
            R"({"settings":{"blendfile":"{jobs}/jobs/film/mine/a.blend"},"metadata":)"
            R"({"shaman.checkout-identities":"1a"}})");
}

}  // namespace
}  // namespace shaman::proxy
