// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/references.hpp"

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
  for (const auto& [path, ids] : users_of(checkouts, {read}))
    found.push_back(path);
  return found;
}

TEST(References, AJobUsesWhatItNames) {
  EXPECT_THAT(used({"film/a", "film/b"}, R"({"storage":{"shaman_checkout_id":"film/a"}})"),
              ElementsAre("film/a"));
  EXPECT_THAT(used({"film/a"}, R"({"storage":{"shaman_checkout_id":"film/a/"}})"),
              ElementsAre("film/a"));
}

TEST(References, AJobUsesWhereItsStringsLead) {
  for (const char* const text :
       {R"("{jobs}/film/a/x.blend")", R"("{jobs}/film/a")", R"("{jobs}\\film\\a\\x.blend")",
        R"("/srv/shaman/jobs/film/a/x")", R"("S:\\farm\\jobs\\film\\a\\x")",
        R"(["other", {"deep": "{jobs}/film/a/x"}])", R"("/my/jobs/jobs/film/a/x")"}) {
    const std::string settings = std::string(R"({"settings":{"s":)") + text + "}}";
    EXPECT_THAT(used({"film/a", "film/ab"}, settings.c_str()), ElementsAre("film/a")) << text;
    const std::string metadata = std::string(R"({"metadata":{"s":)") + text + "}}";
    EXPECT_THAT(used({"film/a", "film/ab"}, metadata.c_str()), ElementsAre("film/a")) << text;
  }
}

TEST(References, WhatLeadsElsewhereIsNoUse) {
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"{jobs}/film/ab/x.blend","t":"film/a/x",
                                  "u":"/out/film/a/x","v":"{jobs}/film","w":3,"x":null}})"),
              IsEmpty());
  EXPECT_THAT(used({"film/a"}, R"({"storage":5,"settings":"x","metadata":[]})"), IsEmpty());
}

}  // namespace
}  // namespace shaman::jobs
