// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/deletion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "manager_answer.hpp"

namespace shaman::proxy {
namespace {

using Kind = CheckoutPlace::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

result<CheckoutPlace> place_of(const std::string& path) {
  for (const char* const checkout : {"mine", "hers"})
    if (path == checkout || path.starts_with(std::string(checkout) + "/"))
      return CheckoutPlace{path == checkout ? Kind::checkout : Kind::inside, checkout,
                           std::string_view(checkout) == "mine",
                           std::string_view(checkout) == "mine" ? "1a" : "2b"};
  if (path == "folder") return CheckoutPlace{Kind::folder};
  if (path == ".") return CheckoutPlace{Kind::unsafe};
  return CheckoutPlace{Kind::nothing};
}

result<std::vector<CheckoutPlace>> led_into(const std::vector<WrittenPath>& paths,
                                            Effort& /*effort*/) {
  std::vector<CheckoutPlace> places;
  for (const WrittenPath& path : paths) {
    auto place = place_of(path.path == "HERS/a" ? "hers" : path.path);
    if (place->has_checkout()) places.push_back(*std::move(place));
  }
  return places;
}

JobRules my_rules() {
  JobRules rules;
  rules.place_of = place_of;
  rules.led_into = led_into;
  rules.maker = "my";
  rules.knows_all = false;
  return rules;
}
const JobRules kRules = my_rules();

manager::Job job(const char* text) {
  auto read = manager::calls::job("1").decode(manager_answer(200, text));
  EXPECT_TRUE(read) << text;
  return read ? *read : manager::Job();
}

std::vector<manager::Job> jobs_of(const char* text) {
  auto read = manager::calls::jobs().decode(manager_answer(200, text));
  EXPECT_TRUE(read) << text;
  return read ? *read : std::vector<manager::Job>();
}

TEST(Deletion, IsForWhoMadeTheCheckout) {
  const auto own =
      judge_deletion(job(R"({"id":"1","settings":{"blendfile":"{jobs}/mine/a.blend"}})"), kRules);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->id, "1");
  EXPECT_THAT(own->checkouts, ElementsAre(jobs::CheckoutId{"mine", "1a"}));
  for (const char* const other : {R"({"id":"1","settings":{"blendfile":"{jobs}/hers/a.blend"}})",
                                  R"({"id":"1","storage":{"shaman_checkout_id":"hers"}})",
                                  R"({"id":"1","metadata":{"shaman.checkout":"{jobs}/hers"}})"}) {
    const auto judged = judge_deletion(job(other), kRules);
    ASSERT_FALSE(judged) << other;
    EXPECT_EQ(judged.error().code, errc::access_denied);
  }
  EXPECT_TRUE(
      judge_deletion(job(R"({"id":"1","settings":{"blendfile":"{jobs}/gone/a"}})"), kRules));
  EXPECT_TRUE(judge_deletion(job(R"({"id":"1"})"), kRules));
}

TEST(Deletion, AnySpellingOfACheckoutProtectsTheJob) {
  const auto judged = judge_deletion(job(R"({"id":"1","settings":{"x":"{jobs}/HERS/a"}})"), kRules);
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().code, errc::access_denied);
}

TEST(Deletion, WhoMadeTheCheckoutsIsRememberedByTheJob) {
  const struct {
    const char* makers;
    bool may;
  } rows[] = {{"my", true},      {"none", true},       {"her", false},
              {"her my", false}, {"admins my", false}, {"admins", false}};
  for (const auto& row : rows) {
    const manager::Job gone =
        job((std::string(R"({"id":"1","settings":{"x":"{jobs}/gone/a"},"metadata":{)"
                         R"("shaman.checkout-identities":"3c","shaman.checkout-makers":")") +
             row.makers + "\"}}")
                .c_str());
    EXPECT_EQ(judge_deletion(gone, kRules).has_value(), row.may) << row.makers;
    JobRules admin = my_rules();
    admin.knows_all = true;
    EXPECT_TRUE(judge_deletion(gone, admin)) << row.makers;
  }
}

TEST(Deletion, WhatHasAnErasedCheckoutsPathIsNotTheJobs) {
  for (const char* const path : {"mine", "hers"})
    for (const char* const record : {"none", "3c", "3c 4d"}) {
      const manager::Job old =
          job((std::string(R"({"id":"1","settings":{"blendfile":"{jobs}/)") + path +
               R"(/a"},"metadata":{"shaman.checkout-identities":")" + record + "\"}}")
                  .c_str());
      const auto judged = judge_deletion(old, kRules);
      ASSERT_TRUE(judged) << judged.error().message();
      EXPECT_TRUE(judged->checkouts.empty()) << path << " " << record;
      EXPECT_FALSE(has_own_checkout(old, {old}, kRules).value());
    }
  const auto own = judge_deletion(job(R"({"id":"1","settings":{"blendfile":"{jobs}/mine/a"},
                                          "metadata":{"shaman.checkout-identities":"3c 1a"}})"),
                                  kRules);
  ASSERT_TRUE(own);
  EXPECT_THAT(own->checkouts, ElementsAre(jobs::CheckoutId{"mine", "1a"}));
}

std::string reason(const std::vector<manager::Job>& doomed, const std::vector<manager::Job>& all) {
  const auto found = reason_against_erasure(doomed, all, kRules);
  EXPECT_TRUE(found);
  return found ? found->value_or("") : "";
}

TEST(Deletion, AManagerErasesNothingThatOtherJobsUse) {
  const manager::Job named = job(R"({"id":"1","storage":{"shaman_checkout_id":"mine"}})");
  const manager::Job beside = job(R"({"id":"2","settings":{"x":"/srv/jobs/mine/a.blend"}})");
  const manager::Job going = job(
      R"({"id":"2","delete_requested_at":"2026-01-01T00:00:00Z","settings":{"x":"{jobs}/mine/a"}})");
  EXPECT_EQ(reason({named}, {named}), "");
  EXPECT_EQ(reason({named}, {named, going}), "");
  EXPECT_EQ(reason({named, beside}, {named, beside}), "");
  EXPECT_EQ(reason({beside}, {named, beside}), "");
  EXPECT_THAT(reason({named}, {named, beside}), HasSubstr("the job \"2\" still uses it"));
}

TEST(Deletion, AManagerErasesNoFolderOfOthers) {
  for (const char* const id : {".", "folder", "mine/tex"}) {
    const manager::Job odd =
        job((std::string(R"({"id":"1","storage":{"shaman_checkout_id":")") + id + "\"}}").c_str());
    EXPECT_THAT(reason({odd}, {odd}), HasSubstr("not exactly one checkout")) << id;
  }
  const manager::Job gone = job(R"({"id":"1","storage":{"shaman_checkout_id":"gone"}})");
  EXPECT_EQ(reason({gone}, {gone}), "");
}

TEST(Deletion, ACheckoutGoesWithItsLastJob) {
  const manager::Job one = job(R"({"id":"1","metadata":{"shaman.checkout":"{jobs}/mine"}})");
  const manager::Job two = job(R"({"id":"2","settings":{"blendfile":"{jobs}/mine/a"}})");
  EXPECT_TRUE(has_own_checkout(one, {one}, kRules).value());
  EXPECT_FALSE(has_own_checkout(one, {one, two}, kRules).value());
  EXPECT_FALSE(has_own_checkout(job(R"({"id":"3"})"), {}, kRules).value());
  EXPECT_EQ(repair_answer_about_deletion(R"({"shaman_checkout":false,"x":1})", true),
            R"({"shaman_checkout":true,"x":1})");
  EXPECT_EQ(repair_answer_about_deletion("[1]", true), "[1]");
}

TEST(Deletion, OfManyAtOnceIsByTheirLastUpdate) {
  const auto order = read_mass_deletion(R"({ "last_updated_max": "2026-04-13T12:00:00.5Z" })");
  ASSERT_TRUE(order) << order.error().message();
  EXPECT_EQ(order->json, R"({"last_updated_max":"2026-04-13T12:00:00.5Z"})");
  const auto all = jobs_of(R"({"jobs":[{"id":"a","updated":"2026-04-13T12:00:01Z"},
      {"id":"b","updated":"2026-04-13T12:00:01.1Z"},{"id":"c","updated":"2026-04-13T13:59:00+02:00"}]})");
  const auto doomed = doomed_by(*order, all);
  ASSERT_TRUE(doomed);
  ASSERT_EQ(doomed->size(), 2U);
  EXPECT_EQ(doomed->at(0).id, "a");
  EXPECT_EQ(doomed->at(1).id, "c");
  EXPECT_FALSE(doomed_by(*order, jobs_of(R"({"jobs":[{"id":"a"}]})")));
  for (const char* const wrong :
       {"", "{}", R"({"last_updated_max":5})", R"({"last_updated_max":"now"})",
        R"({"last_updated_max":"2026-04-13T12:00:00Z","LAST_UPDATED_MAX":"2027-04-13T12:00:00Z"})",
        R"({"last_updated_max":"2026-04-13T12:00:00Z"} {})"})
    EXPECT_FALSE(read_mass_deletion(wrong)) << wrong;
}

}  // namespace
}  // namespace shaman::proxy
