// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "flamenco/expiry/own_files.hpp"
#include "flamenco/expiry/users.hpp"

namespace shaman::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The checkouts, of those given, that one job uses.
std::vector<std::string> used(const std::vector<std::string>& paths, const char* job,
                              const Farm& farm = {}) {
  std::vector<FoundCheckout> checkouts;
  for (const std::string& path : paths)
    checkouts.push_back({path, {}});
  manager::Job read;
  read.id = "1";
  read.whole = nlohmann::json::parse(job);
  std::vector<std::string> found;
  for (const auto& [path, users] : users_of(checkouts, {read}, farm))
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

// What may lead into a checkout for the one who judges a job keeps that checkout.
TEST(References, AJobPerhapsUsesWhatAnySpellingMayMean) {
  for (const char* const text : {R"("{jobs}/FILM/A/x")",
                                 R"("{jobs}/f*/a")",
                                 R"("{jobs}/film/[a]/x")",
                                 R"("{jobs}/film/a -b")",
                                 R"("{jobs}\\film.\\a \\x")",
                                 R"("/srv/j*/film/a")",
                                 R"("/srv/jo[b]s/film/a")",
                                 R"("S:\\farm\\jobs.\\film\\a")",
                                 R"("S:\\farm\\jobs::$INDEX_ALLOCATION\\film\\a")",
                                 R"("/srv/*/film/a/x")",
                                 R"("/srv/**/film/a/x")",
                                 R"("/x/{blend_name}/film/a")",
                                 R"("{blend_name}/a/x")",
                                 R"("$JOBS/film/a")",
                                 R"("%JOBS%\\film\\a")",
                                 R"("{farm}jobs/film/a")",
                                 R"("/srv/{jobs,x}/film/a")",
                                 R"("/srv/{farm/jobs,x}/film/a")",
                                 R"({"{jobs}/FILM/a": 1})",
                                 R"("{jobs}/film/b/.. /A")"})
    expect_used(text, "perhaps film/a");
}

TEST(References, APlaceholderMayStandForACheckout) {
  for (const char* const text :
       {"{jobs}/{x}/a", "{jobs}/film/{a,z}/x", "{jobs}/film/{x}", "{jobs}/film/{x:s}/y", "/srv/**",
        "/srv/**/*", "{jobs}/{film/a,x}/y", "{jobs}/film/{x,{y,a}}/z"})
    EXPECT_THAT(
        used({"film/a", "film/ab"}, (R"({"settings":{"s":")" + std::string(text) + "\"}}").c_str()),
        ElementsAre("perhaps film/a", "perhaps film/ab"))
        << text;
}

TEST(References, TheFarmsNamesOfTheJobsFolderLeadThere) {
  const Farm farm{{"J:\\", "/mnt/render farm", "//nas/work"}, {}};
  for (const char* const text :
       {R"("J:\\film\\a\\x")", R"("j:/FILM/a")", R"("J:film\\a")", R"("--out=J:\\film\\a")",
        R"("/mnt/render farm/film/a/x")", R"("/MNT/Render*/film/a")",
        R"("/mnt/x/../render farm/film/a")", R"("\\\\nas\\work\\film\\a")",
        R"("{x}/mnt/render farm/./film//a")"}) {
    const std::string job = std::string(R"({"settings":{"s":)") + text + "}}";
    EXPECT_THAT(used({"film/a"}, job.c_str(), farm), ElementsAre("perhaps film/a")) << text;
    if (std::string_view(text).find_first_of("*{") == std::string_view::npos) {
      EXPECT_THAT(used({"film/a"}, job.c_str()), IsEmpty()) << text;
    }
  }
}

TEST(References, AKnownVariableLeadsWhereItsValuesLead) {
  const Farm farm{
      {},
      {{{"render", {"/mnt/render", true}}, {"work", {"/srv/farm/jobs", true}}},
       {{"render", {"R:\\", true}}, {"work", {"S:\\jobs", true}}, {"win", {"x", false}}}}};
  const auto is_used = [&](const std::string& text) {
    return !used({"film/a"}, (R"({"settings":{"s":")" + text + "\"}}").c_str(), farm).empty();
  };
  EXPECT_FALSE(is_used("{render}/film/a/####"));
  EXPECT_FALSE(is_used("{win}/film/a"));
  EXPECT_FALSE(is_used("{render}/{timestamp}/film/a"));
  EXPECT_TRUE(is_used("{work}/film/a"));
  EXPECT_FALSE(is_used("{render}/{other}/film/a"));
  EXPECT_TRUE(is_used("{work}/{other}/a"));
  EXPECT_TRUE(is_used("/mnt/j{other}s/film/a"));
  EXPECT_TRUE(is_used("/mnt/**/film/a"));
  const Farm twoway{{"J:\\"}, {{{"store", {"/mnt/store", true}}}, {{"store", {"J:", true}}}}};
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"/mnt/store/film/a"}})", twoway),
              ElementsAre("perhaps film/a"))
      << "the Manager makes {store}/film/a of it, and J:/film/a for Windows";
}

// What a Manager does not know a job type puts in: a setting, or the name of something.
TEST(References, APlaceholderThatNoFarmKnowsIsNoWayToTheJobsFolder) {
  const Farm farm{{}, {{{"render", {"/mnt/render", true}}}}};
  const auto is_used = [&](const std::string& settings) {
    return !used({"film/a"}, ("{\"settings\":" + settings + "}").c_str(), farm).empty();
  };
  for (const char* const text : {"{render}/{blend_name}/film/a/####", "Render <final> film/a",
                                 "{x}/film/a", "$HOME/film/a", "%TEMP%/film/a", "!X!/film/a"})
    EXPECT_FALSE(is_used(R"({"s":")" + std::string(text) + "\"}")) << text;
  EXPECT_TRUE(is_used(R"({"root":"/srv/jobs","s":"{root}/film/a"})"));
  EXPECT_TRUE(is_used(R"({"end":"m/a","s":"/srv/jobs/fil{end}/x"})"));
  EXPECT_FALSE(is_used(R"({"root":"/srv/out","s":"{root}/film/a"})"));
  EXPECT_TRUE(is_used(R"({"a":"{jobs}","c":"{a}","s":"{c}/film/a"})"));
  EXPECT_TRUE(is_used(R"({"s":"{jobs}/film/{blend_name:s}/x"})"));
}

TEST(References, ATextIsReadAsShellsAndAddressesWriteIt) {
  for (const char* const text :
       {"file:///srv/jo%62s/film/a", "/srv/\\\"jobs\\\"/fi\\\"\\\"lm/a", "/srv/'jobs/film'/a",
        "/srv/jobs/fi\\\\lm/a", "/srv/**/film/a", "/srv/jobs/film::$INDEX_ALLOCATION/a",
        "{jobs}::$INDEX_ALLOCATION/film/a", "{jobs} /film/a", "{jobs}../film/a",
        "{jobs}{,x}/film/a", "/srv/jobs/film/ /a", "/srv/jobs/@(film|x)/a", "/srv/@(jobs|x)/film/a",
        "/srv/jobs/FI\u00adLM/a", "/srv/jo\u200bbs/film/a"})
    expect_used("\"" + std::string(text) + "\"",
                std::string_view(text).starts_with("{jobs}") ? "film/a" : "perhaps film/a");
}

TEST(References, ATwoWayVariableIsOneWithOrWithoutItsSlash) {
  const Farm farm{{}, {{{"shots", {"/srv/jobs/film", true}}}, {{"shots", {"X:\\", true}}}}};
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"X:\\a\\x.blend"}})", farm),
              ElementsAre("perhaps film/a"));
}

TEST(References, ABlendfileMayBeInTheJobsFolderItself) {
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"blendfile":"{jobs}/x.blend","out":"//film/a/x"}})"),
              ElementsAre("perhaps film/a"));
}

TEST(References, AnAddressOfTheWebLeadsNowhere) {
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"see https://wiki/jobs/film/a"}})"), IsEmpty());
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"HTTP://x /srv/jobs/film/a"}})"),
              ElementsAre("perhaps film/a"));
}

// Else who may submit jobs keeps everything of everybody for ever.
TEST(References, APatternDoesNotKeepWhatOthersMakeLater) {
  const auto keeps = [](const char* text, const char* metadata) {
    manager::Job job;
    job.id = "1";
    job.whole = {{"settings", {{"s", text}}}, {"metadata", nlohmann::json::parse(metadata)}};
    return !users_of({{"film/a", {}, "1a"}}, {job}).empty();
  };
  const char* const other = R"({"shaman.checkout-identities":"2b","shaman.checkout-makers":"33"})";
  EXPECT_FALSE(keeps("{jobs}/*/a", other));
  EXPECT_FALSE(keeps("{x}/film/a", other));
  EXPECT_TRUE(keeps("{jobs}/film/a", other)) << "it names this one";
  EXPECT_TRUE(
      keeps("{jobs}/*/a", R"({"shaman.checkout-identities":"1a","shaman.checkout-makers":"33"})"));
  EXPECT_TRUE(keeps("{jobs}/*/a", R"({"shaman.checkout-identities":"2b"})"))
      << "without authentication all are one";
  EXPECT_TRUE(keeps("{jobs}/*/a", "{}"));
}

TEST(References, TheServersOwnFilesAreTold) {
  const Farm farm{{}, {{{"my", {"/srv/farm", false}}}}};
  const auto own = [&farm](const char* text) {
    return naming_own_files({{{"settings.x", text}}}, farm) != nullptr;
  };
  for (const char* const text :
       {"{my}/file-store/stored/ab/cdef/12.blob", "//../../../file-store/stored/ab",
        "X:\\File-Store\\STORED\\a", "/srv/file-*/stored/a", "/srv/*/stored/a",
        "/srv/file-store/x/../stored/a", "/srv/.shaman/pins", "--a=.shaman/x",
        "{jobs}/../.SHAMAN/x", "/srv/.sh*/x", "/srv/file-store/uploading/x",
        "/srv/file-store//./stored/a", "S:/FILE-S~1/stored/a", "/srv/SHAMAN~1/proofs"})
    EXPECT_TRUE(own(text)) << text;
  for (const char* const text : {"/srv/file-store/x", "/srv/stored/x", "file-store", "/a/*/*/x",
                                 "/srv/shaman/x", "{jobs}/film/.shaman-x/a", "/mnt/{a}/{b}/x.png",
                                 "{x}/##/y", "{jobs}/s*/*", "C:/PROGRA~1/Blender/x"})
    EXPECT_FALSE(own(text)) << text;
}

TEST(References, APlaceholderBehindWhichNothingIsNamedLeadsNowhere) {
  for (const char* const text : {"/out/{timestamp}/######", "/out/{shot}/{frame}.png", "{x}/*/##",
                                 "{x}", "/out/{x}.png", "{a}/{b}/"})
    EXPECT_THAT(
        used({"film/a", "film/1"}, (R"({"settings":{"s":")" + std::string(text) + "\"}}").c_str()),
        IsEmpty())
        << text;
}

TEST(References, ARelativeTextLeadsFromTheBlendfile) {
  EXPECT_THAT(used({"film/a", "film/b"},
                   R"({"settings":{"blendfile":"{jobs}/film/b/x.blend","out":"//../A/x"}})"),
              ElementsAre("perhaps film/a", "film/b"));
}

TEST(References, MakersAreRecordedOfEveryCheckout) {
  EXPECT_EQ(makers_record_of({}), "none");
  const nlohmann::json job{{"metadata", {{kMakersMember, makers_record_of({"", "1a"})}}}};
  EXPECT_EQ(makers_of(job), (std::set<std::string>{"", "1a"}));
  EXPECT_EQ(makers_of({{"metadata", {{kMakersMember, "none"}}}}), std::set<std::string>{});
  EXPECT_EQ(makers_of({{"metadata", nlohmann::json::object()}}), std::nullopt);
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
    for (const Lead& lead : leads_beside(text, {"film/mine"}))
      found += (found.empty() ? "" : " ") + lead.path.path;
    return found;
  };
  EXPECT_EQ(beside("//../hers/x"), "film/mine film/hers/x");
  EXPECT_EQ(beside("..\\hers"), "film/mine film/hers");
  EXPECT_EQ(beside("./out"), "film/mine/out");
  EXPECT_EQ(beside("-o //../hers/x"), "film/mine film/hers/x");
  EXPECT_EQ(beside("--out=../hers"), "film/mine film/hers");
  EXPECT_EQ(beside("a//b x../y"), "");
  EXPECT_EQ(beside("out"), "");
  EXPECT_EQ(beside("/out"), "");
}

// What is too much is said to be, and is not read to its end.
TEST(References, LongTextsAreNoWork) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i)
    text += "}/";
  EXPECT_LE(leads_of(text).size(), 50'000U);
  for (const char* const part : {"{jobs}/", "{x}/", "jobs/", "*/", "{", "[/", "{a,/", "$(", "./"}) {
    text.clear();
    for (int i = 0; i < 200'000; ++i)
      text += part;
    EXPECT_LE(leads_of(text).size(), 50'000U);
    JobTexts job{{{"settings.x", text}}, "{jobs}/film/a/x.blend"};
    static_cast<void>(paths_of(job, {}));
  }
}

TEST(References, SettingsThatArePutIntoEachOtherAreNoWork) {
  std::string many;
  for (int i = 0; i < 20'000; ++i)
    many += "{a}";
  std::string jobs;
  for (int i = 0; i < 1'000; ++i)
    jobs += "jobs/q";
  JobTexts job{{{"settings.x", "/mnt/" + many}}};
  job.settings = {{"a", jobs}, {"b", "{b}{b}"}};
  EXPECT_FALSE(paths_of(job, {}).are_all);
  job.texts = {{"settings.x", "{b}"}};
  EXPECT_TRUE(paths_of(job, {}).are_all);
}

TEST(References, WhatLeadsElsewhereIsNoUse) {
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"{jobs}/film/ab/x.blend","t":"film/a/x",
                                  "u":"/out/film/a/x","v":"{jobs}/film","w":3,"x":null}})"),
              IsEmpty());
  EXPECT_THAT(used({"film/a"}, R"({"storage":5,"settings":"x","metadata":[]})"), IsEmpty());
}

}  // namespace
}  // namespace shaman::jobs
