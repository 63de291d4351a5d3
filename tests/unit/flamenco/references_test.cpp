// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "flamenco/expiry/leads.hpp"
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

// Scripts and command lines of farms: what is put in is a name of a folder, not the way to the
// jobs.
TEST(References, APlaceholderBehindAQuoteOrAnOptionIsNotTheJobsFolder) {
  const Farm farm{{"/mnt/shots"}, {{{"other", {"/srv/other", false}}}}};
  for (const char* const text :
       {"f'{d}/{f}'", "f'{d}/{f}.png'", "'$DIR/$FILE'", "cp -r '$SRC/$SHOT' /mnt/renders/",
        "-o {root}/{shot}", "--out={root}/{shot}", "print('%s/%s' % (x, y))", "/tmp/%s/%s",
        "see http://farm.example/film/a"})
    EXPECT_THAT(
        used({"film/a"}, (R"({"settings":{"s":")" + std::string(text) + "\"}}").c_str(), farm),
        IsEmpty())
        << text;
}

TEST(References, AFolderMayHaveTheNameOfAWebAddress) {
  for (const char* const text :
       {"{jobs}/x/http://../../film/a/y", "/mnt/shots/https://../film/a", "http://../jobs/film/a"})
    EXPECT_THAT(used({"film/a"}, (R"({"settings":{"s":")" + std::string(text) + "\"}}").c_str(),
                     Farm{{"/mnt/shots"}, {}}),
                ElementsAre(testing::EndsWith("film/a")))
        << text;
}

TEST(References, APlaceholderMayStandForACheckout) {
  for (const char* const text :
       {"{jobs}/{x}/a", "{jobs}/film/{x}", "{jobs}/film/{x:s}/y", "/srv/**", "/srv/**/*"})
    EXPECT_THAT(
        used({"film/a", "film/ab"}, (R"({"settings":{"s":")" + std::string(text) + "\"}}").c_str()),
        ElementsAre("perhaps film/a", "perhaps film/ab"))
        << text;
}

TEST(References, AChoiceMeansItsAlternatives) {
  for (const char* const text :
       {"{jobs}/film/{a,z}/x", "{jobs}/{film/a,x}/y", "{jobs}/film/{x,{y,a}}/z",
        "{jobs}/film/@(a|z)", "{jobs}{/film/a,/b}", "/mnt/x/job{s/film/a,x}",
        "/mnt/x/jobs{/,/b}film/a"})
    EXPECT_THAT(
        used({"film/a", "film/ab"}, (R"({"settings":{"s":")" + std::string(text) + "\"}}").c_str()),
        ElementsAre(testing::EndsWith("film/a")))
        << text;
}

TEST(References, ACheckoutMayBeCalledLikeAChoice) {
  EXPECT_THAT(used({"film/x@(b)", "film/xb"}, R"({"settings":{"s":"{jobs}/film/x@(b)/y"}})"),
              testing::Contains(testing::EndsWith("film/x@(b)")));
}

TEST(References, ASettingMayHaveTheNameOfAVariable) {
  const Farm farm{{}, {{{"render", {"/mnt/render", false}}}}};
  for (const char* const settings : {R"({"render":"{jobs}","q":"{render}/film/a"})",
                                     R"({"render":"film","q":"{jobs}/{render}/a"})",
                                     R"({"render":"m/a","q":"{jobs}/fil{render}"})"})
    EXPECT_THAT(used({"film/a"}, (R"({"settings":)" + std::string(settings) + "}").c_str(), farm),
                ElementsAre(testing::EndsWith("film/a")))
        << settings;
}

TEST(References, WhatMayBeAnythingMayBeginWithASlash) {
  for (const char* const settings :
       {R"({"q":"{jobs}{s:>3}","s":"x"})", R"({"q":"/mnt/jobs{s!r:.9}","s":"x"})"})
    EXPECT_THAT(used({"film/a"}, (R"({"settings":)" + std::string(settings) + "}").c_str()),
                ElementsAre("perhaps film/a"))
        << settings;
}

TEST(References, TwoBracesMayBeOne) {
  for (const char* const settings :
       {R"({"q":"{{jobs}}/film/a"})", R"({"q":"{{{a}}}/film/a","a":"jobs"})"})
    EXPECT_THAT(used({"film/a"}, (R"({"settings":)" + std::string(settings) + "}").c_str()),
                ElementsAre(testing::EndsWith("film/a")))
        << settings;
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
    Effort effort;
    return naming_own_files({{{"settings.x", text}}}, farm, effort) != nullptr;
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

// Whether a job whose .blend is in the checkout "mine" could lead into "secret" with a text.
bool leads_to_secret(const nlohmann::json& settings,
                     const std::vector<std::string>& locations = {}) {
  nlohmann::json job{{"settings", {{"blendfile", "{jobs}/mine/a.blend"}}}};
  job["settings"].update(settings);
  const Farm farm{locations, {{{"render", {"/mnt/render", true}}}}};
  for (const std::string& each : used({"mine", "secret"}, job.dump().c_str(), farm))
    if (each.ends_with("secret")) return true;
  return false;
}

TEST(References, DotsBehindWhatMayBeSeveralFoldersMayLeadToAnyBelow) {
  for (const char* const text :
       {"//{blend_name}/../../secret/####", "//$X/../../secret", "//<n>/../../secret",
        "//%NAME%/../../secret", "//!N!/../../secret", "{jobs}/mine/{blend_name}/../../secret",
        "/mnt/jobs/mine/**/../../secret", "/mnt/jobs/mine/{a,b/c}/../../secret",
        "/mnt/jobs/mine/@(a|b/c)/../../secret", "/mnt/jobs/mine/{x}/../secret/a",
        "/mnt/jobs/mine/.?/secret/x", "/mnt/jobs/mine/.[.]/secret/x", "{blend_dir}/../secret/####",
        "-o {blend_dir}/../secret/"})
    EXPECT_TRUE(leads_to_secret({{"x", text}})) << text;
  for (const char* const text :
       {"//{blend_name}/####", "//{blend_name}/../out/####", "/mnt/jobs/mine/*/../x",
        "{render}/{blend_name}/../secret/x", "/mnt/jobs/mine/*.*", "{blend_dir}/secret/####"})
    EXPECT_FALSE(leads_to_secret({{"x", text}})) << text;
  EXPECT_TRUE(leads_to_secret({{"blendfile", "{jobs}/mine/{x}/a.blend"}, {"o", "//../../secret"}}));
}

TEST(References, APathMayLeaveTheJobsFolderAndComeBack) {
  for (const char* const text :
       {"//../../shots/secret", "-o ../../shots/secret/", "..\\..\\shots\\secret",
        "//../../sh*/secret", "--a={jobs}/../shots/secret", "//../../../mnt/shots/secret"}) {
    EXPECT_TRUE(leads_to_secret({{"x", text}}, {"/mnt/shots"})) << text;
    EXPECT_FALSE(leads_to_secret({{"x", text}}, {"/mnt/other"})) << text;
  }
  const nlohmann::json drive{{"blendfile", "J:\\mine\\a.blend"}, {"x", "..\\..\\secret"}};
  EXPECT_TRUE(leads_to_secret(drive, {"J:\\"})) << "there is nothing above a drive";
}

TEST(References, WordsAreRelativeToTheBlendfileToo) {
  for (const char* const text : {"x/../../secret", "-o x/../../secret/", "-o../secret",
                                 "a b/../../secret", "cat <../secret/x"})
    EXPECT_TRUE(leads_to_secret({{"x", text}})) << text;
  EXPECT_TRUE(leads_to_secret({{"x", "-oJ:\\secret"}}, {"J:\\"}));
  for (const char* const text : {"secret/x", "//secret", "--out=secret/x"})
    EXPECT_TRUE(leads_to_secret({{"blendfile", "{jobs}/a.blend"}, {"x", text}})) << text;
  EXPECT_FALSE(leads_to_secret({{"blendfile", "{jobs}/a.blend"}, {"x", "/out/secret/x"}}));
  EXPECT_THAT(used({"mine", "secret"}, R"({"storage":{"shaman_checkout_id":"mine"},
                                           "settings":{"x":"//../secret"}})"),
              ElementsAre("mine", "perhaps secret"));
}

TEST(References, AFormatOfASettingIsReadAsItsValue) {
  for (const char* const text : {"{a:s}/secret", "{a!s}/secret", "{a:.9}/secret", "{a[0]}/secret"})
    EXPECT_TRUE(leads_to_secret({{"a", "{jobs}"}, {"x", text}})) << text;
  EXPECT_TRUE(leads_to_secret({{"a", ".."}, {"x", "//{a:s}/secret"}}));
  EXPECT_FALSE(leads_to_secret({{"a", "/mnt/out"}, {"x", "{a:s}/secret"}}));
}

TEST(References, WhatStaysInAFolderLeadsNowhereElse) {
  for (const char* const text : {"{jobs}/mine/**", "{jobs}/mine/**/*", "/mnt/jobs/mine/**", "//**",
                                 "//**/*", "my jobs/*", "/mnt/my jobs/s*", "foo@jobs/*"})
    EXPECT_FALSE(leads_to_secret({{"x", text}})) << text;
  for (const char* const text : {"{jobs}/**", "{jobs}/mine/x /mnt/**", "{jobs}/mine/../**",
                                 "//**/secret", "/mnt/my jobs/secret", "--a jobs/s*", "--a=jobs/*",
                                 "me@nas:jobs/s*", "/mnt/jobs/mine -o/mnt/**"})
    EXPECT_TRUE(leads_to_secret({{"x", text}})) << text;
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
    std::set<std::string> found;
    const Farm farm;
    Effort effort;
    for (const Lead& lead : LeadFinder(farm, effort).leads_of(text, {{"film/mine"}}))
      found.insert(lead.path.path);
    std::string all;
    for (const std::string& path : found)
      all += (all.empty() ? "" : " ") + path;
    return all;
  };
  EXPECT_EQ(beside("//../hers/x"), "film/hers/x film/mine");
  EXPECT_EQ(beside("..\\hers"), "film/hers film/mine");
  EXPECT_EQ(beside("./out"), "film/mine/out");
  EXPECT_THAT(beside("-o //../hers/x"), testing::HasSubstr("film/hers/x"));
  EXPECT_THAT(beside("--out=../hers"), testing::HasSubstr("film/hers"));
  EXPECT_THAT(beside("-o../hers"), testing::HasSubstr("film/hers"));
  EXPECT_EQ(beside("x/../../hers"), "film/hers film/mine/x");
  EXPECT_EQ(beside("out/x"), "film/mine/out/x");
  EXPECT_EQ(beside("{blend_dir}/../hers"), "film/hers film/mine");
  EXPECT_EQ(beside("out"), "");
  EXPECT_EQ(beside("/out"), "");
}

// Whatever a text is made of, it is not read to its end where that is too much.
TEST(References, LongTextsAreNoWork) {
  const Farm farm{{"J:\\", "/mnt/shots"}, {{{"render", {"/mnt/render", true}}}}};
  for (const char* const part : {"{jobs}/", "{x}/", "jobs/", "*/", "{", "[", "[/", "{a,/", "$(",
                                 "./", "}/", "a/", "//", "../", "@(/", "a b/", "J:", "{a}"}) {
    std::string text = "{jobs}/";
    while (text.size() < (std::size_t{4} << 20))
      text += part;
    JobTexts job{{{"settings.x", text}}};
    job.blendfile = "{jobs}/film/a/x.blend";
    Effort effort;
    std::size_t bytes = 0;
    for (const WrittenPath& path : paths_of(job, farm, effort).all())
      bytes += path.path.size();
    EXPECT_LE(bytes, Effort::kOfOneJob) << part;
    EXPECT_TRUE(effort.is_used_up()) << part;
  }
}

TEST(References, LongTextsThatPeopleWriteAreRead) {
  std::string script;
  for (int i = 0; i < 3'000; ++i)
    script += "bpy.context.scene.render.filepath = '//render/####'  # for a/b \n";
  std::string base64;
  while (base64.size() < 500'000)
    base64 += "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ/AADUlEQVR42mNk+M9Qz0AEYBxVSF+";
  JobTexts job{{{"settings.script", script}, {"metadata.thumbnail", base64}}};
  job.blendfile = "{jobs}/film/a/x.blend";
  Effort effort;
  EXPECT_LE(paths_of(job, {}, effort).all().size(), 1'000U);
  EXPECT_FALSE(effort.is_used_up());
}

TEST(References, APathInALongTextIsRead) {
  for (const std::size_t before : {0, 8'000, 28'660, 28'670, 32'760, 70'000}) {
    const std::string text = std::string(before, ' ') + "{jobs}/film/a" + std::string(9'000, ' ');
    const nlohmann::json job{{"settings", {{"s", text}}}};
    EXPECT_THAT(used({"film/a"}, job.dump().c_str()), testing::SizeIs(1)) << before;
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
  Effort effort;
  static_cast<void>(paths_of(job, {}, effort));
  EXPECT_TRUE(effort.is_used_up());
  job.texts = {{"settings.x", "{b}"}};
  Effort little;
  static_cast<void>(paths_of(job, {}, little));
  EXPECT_FALSE(little.is_used_up());
}

// What nobody could read to its end may use everything.
TEST(References, AJobThatIsTooMuchToReadKeepsWhatItRecords) {
  manager::Job job;
  job.id = "1";
  std::string text;
  while (text.size() < (std::size_t{4} << 20))
    text += "[/";
  job.whole = {{"settings", {{"s", text}}}, {"metadata", {{"shaman.checkout-identities", "1a"}}}};
  const auto users = users_of({{"film/a", {}, "1a"}, {"film/b", {}, "2b"}}, {job});
  EXPECT_TRUE(users.contains("film/a"));
  EXPECT_FALSE(users.contains("film/b"));
}

TEST(References, WhatLeadsElsewhereIsNoUse) {
  EXPECT_THAT(used({"film/a"}, R"({"settings":{"s":"{jobs}/film/ab/x.blend","t":"film/a/x",
                                  "u":"/out/film/a/x","v":"{jobs}/film","w":3,"x":null}})"),
              IsEmpty());
  EXPECT_THAT(used({"film/a"}, R"({"storage":5,"settings":"x","metadata":[]})"), IsEmpty());
}

}  // namespace
}  // namespace shaman::jobs
