// SPDX-License-Identifier: GPL-3.0-or-later
// What the user adds to what the scene names, and the project that he may have forgotten to name.
#include <gmock/gmock.h>

#include "shaman/pack/plan.hpp"

#include "plan_fixture.hpp"

namespace shaman::pack {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class IncludedFiles : public MakePlan {
 protected:
  std::vector<std::string> placed(const std::vector<std::string>& include) {
    options.include = include;
    const result<Plan> made = make_plan(trace, options);
    if (!made) return {made.error().message()};
    missing = made->missing;
    suspicious = made->suspicious;
    warnings = made->warnings;
    std::vector<std::string> found;
    for (const PlannedFile& each : made->files)
      if (each.place != "scene.blend") found.push_back(each.place);
    return found;
  }
  std::vector<trace::MissingFile> missing;
  std::vector<Suspicious> suspicious;
  std::vector<std::string> warnings;
};

TEST_F(IncludedFiles, AreFoldersFilesAndPatterns) {
  file("proj/cache/1.bin");
  file("proj/cache/deep/2.bin");
  file("proj/cache/.hidden");
  file("proj/other/cache/3.bin");
  EXPECT_THAT(placed({"cache"}), ElementsAre("cache/1.bin", "cache/deep/2.bin"));
  EXPECT_THAT(placed({path("proj/cache/deep/")}), ElementsAre("cache/deep/2.bin"));
  EXPECT_THAT(placed({"cache/1.bin"}), ElementsAre("cache/1.bin"));
  EXPECT_THAT(placed({"*.bin"}),
              ElementsAre("cache/1.bin", "cache/deep/2.bin", "other/cache/3.bin"));
  EXPECT_THAT(placed({"cache/*.bin"}), ElementsAre("cache/1.bin", "other/cache/3.bin"));
  EXPECT_THAT(placed({path("proj/cache/*.bin")}), ElementsAre("cache/1.bin"));
  EXPECT_THAT(placed({"./cache/?.bin"}), ElementsAre("cache/1.bin"));
  EXPECT_THAT(placed({"cache/.hidden"}), ElementsAre("cache/.hidden"));
  EXPECT_THAT(placed({"cache/.h*"}), ElementsAre("cache/.hidden"));
  EXPECT_THAT(missing, IsEmpty());
}

TEST_F(IncludedFiles, ComeOnceThoughTheSceneNamesThem) {
  add(trace::Kind::image, "//tex/a.png", "proj/tex/a.png");
  file("proj/tex/b.png");
  EXPECT_THAT(placed({"tex", "tex/a.png", "*.png"}), ElementsAre("tex/a.png", "tex/b.png"));
}

TEST_F(IncludedFiles, FromOutsideKeepTheirPlacesToEachOther) {
  file("lib/addon/1.bin");
  file("lib/addon/deep/2.bin");
  EXPECT_THAT(placed({path("lib/addon")}),
              ElementsAre("_outside_project/addon/1.bin", "_outside_project/addon/deep/2.bin"));
  EXPECT_THAT(placed({"../lib/addon/*.bin"}), ElementsAre("_outside_project/addon/1.bin"));
}

TEST_F(IncludedFiles, AreSecretsOnlyByTheirOwnName) {
  file("o/.ssh/id_rsa");
  file("o/wall.png");
  EXPECT_THAT(placed({path("o/.ssh")}), IsEmpty());
  EXPECT_THAT(missing, IsEmpty());
  ASSERT_EQ(suspicious.size(), 1U);
  EXPECT_EQ(suspicious[0].file, path("o/.ssh/id_rsa"));
  EXPECT_EQ(suspicious[0].data_block, "--include");
  EXPECT_THAT(suspicious[0].reason, HasSubstr("name the file itself"));
  EXPECT_THAT(placed({path("o/.ssh/*")}), IsEmpty());
  EXPECT_THAT(placed({path("o/.ssh/id_rsa")}), ElementsAre("_outside_project/.ssh/id_rsa"));
}

TEST_F(IncludedFiles, AreSecretsNotByALinkToThem) {
  file("o/.ssh/config");
  if (!link("o/.ssh/config", "proj/cache/1.bin")) GTEST_SKIP() << "no links here";
  ASSERT_TRUE(link("o/.ssh", "proj/cache/keys"));
  for (const char* include :
       {"cache/1.bin", "cache", "*.bin", "cache/keys/config", "cache/keys", "cache/keys/*"})
    EXPECT_THAT(placed({include}), IsEmpty()) << include;
  ASSERT_EQ(suspicious.size(), 1U);
  EXPECT_EQ(suspicious[0].file, path("proj/cache/keys/config"));
  EXPECT_THAT(placed({"cache/1.bin"}), IsEmpty());
  ASSERT_EQ(suspicious.size(), 1U);
  EXPECT_THAT(suspicious[0].reason, HasSubstr("it is a link to \"" + path("o/.ssh/config")));
  options.allow_outside = {path("proj/cache/1.bin")};
  EXPECT_THAT(placed({"cache/1.bin"}), IsEmpty());
  options.allow_outside = {path("o/.ssh/config")};
  EXPECT_THAT(placed({"cache/1.bin"}), ElementsAre("cache/1.bin"));
}

// As where the .blend is in the user's own folder.
TEST_F(IncludedFiles, AreSecretsInTheProjectOnlyByTheirOwnName) {
  file("proj/.ssh/config");
  file("proj/cache/snap/firefox/cookies");
  file("proj/cache/scan.asc");
  EXPECT_THAT(placed({"cache"}), ElementsAre("cache/scan.asc"));
  EXPECT_THAT(placed({".ssh"}), IsEmpty());
  ASSERT_EQ(suspicious.size(), 1U);
  EXPECT_THAT(placed({".ssh/config"}), ElementsAre(".ssh/config"));
}

TEST_F(IncludedFiles, AreWithoutWhatTheConfigurationCallsPrivate) {
  file("proj/cache/1.bin");
  file("proj/cache/2.key.bin");
  file("clients/secret.bin");
  options.private_files = {"*.key.bin", path("clients/**")};
  options.private_origin = "config.yaml:4";
  EXPECT_THAT(placed({"cache"}), ElementsAre("cache/1.bin"));
  ASSERT_EQ(suspicious.size(), 1U);
  EXPECT_EQ(suspicious[0].file, path("proj/cache/2.key.bin"));
  EXPECT_THAT(suspicious[0].reason,
              HasSubstr("the pattern \"*.key.bin\" of `private` (config.yaml:4)"));
  EXPECT_THAT(placed({"*.bin"}), ElementsAre("cache/1.bin"));
  EXPECT_THAT(placed({"cache/2.key.bin"}), IsEmpty());
  EXPECT_THAT(placed({path("clients")}), IsEmpty());
  if (link("clients/secret.bin", "proj/cache/3.bin")) {
    EXPECT_THAT(placed({"cache/3.bin"}), IsEmpty());
  }

  options.allow_outside = {"2.*.bin"};
  EXPECT_THAT(placed({"cache/2.key.bin"}), ElementsAre("cache/2.key.bin"));
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(IncludedFiles, AreWithoutWhatIsExcluded) {
  file("proj/cache/1.bin");
  file("proj/cache/2.tmp");
  options.exclude = {"*.tmp"};
  EXPECT_THAT(placed({"cache"}), ElementsAre("cache/1.bin"));
}

TEST_F(IncludedFiles, AreNotMissingWhereAllOfThemAreExcluded) {
  file("proj/cache/1.tmp");
  file("proj/cache/old/2.bin");
  const auto expect_emptied = [&](const std::string& include, const std::string& exclude) {
    options.exclude = {exclude};
    EXPECT_THAT(placed({include}), IsEmpty()) << include;
    EXPECT_THAT(missing, IsEmpty()) << include;
    EXPECT_THAT(warnings, ElementsAre("--include \"" + include +
                                      "\" has no effect: --exclude leaves out every file that it "
                                      "matches"));
  };
  expect_emptied("*.tmp", "*.tmp");
  expect_emptied("*.bin", "old");
  expect_emptied("cache/old", "*.bin");
  expect_emptied("cache/old", "cache");
  expect_emptied("cache/1.tmp", "*.tmp");
}

TEST_F(IncludedFiles, InAnEmptyFolderAreMissingAsThat) {
  file("proj/cache/.hidden");
  EXPECT_THAT(placed({"cache"}), IsEmpty());
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].reason, "the folder has no files, or only hidden ones");
}

TEST_F(IncludedFiles, AreMissingWhereNothingIsThere) {
  EXPECT_THAT(placed({"nowhere", "no*where", ""}), IsEmpty());
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0].path, "nowhere");
  EXPECT_EQ(missing[0].data_block, "--include");
  EXPECT_EQ(missing[1].path, "no*where");
}

TEST_F(IncludedFiles, EndWhereLinksLeadInCircles) {
  file("proj/cache/1.bin");
  if (!link("proj/cache", "proj/cache/again")) GTEST_SKIP() << "no links here";
  EXPECT_THAT(placed({"cache"}), ElementsAre("cache/1.bin"));
}

class ForgottenProject : public MakePlan {
 protected:
  ForgottenProject() {
    trace.blendfile = file("film/shots/scene.blend");
    options.project.clear();
  }
  std::string hint() {
    const result<Plan> made = make_plan(trace, options);
    return made ? made->project_hint : made.error().message();
  }
  void needs(const std::string& name) {
    trace::Dependency& each = add(trace::Kind::image, path(name), name);
    each.blend = trace.blendfile;
  }
};

TEST_F(ForgottenProject, IsWhatHoldsMostOfTheFiles) {
  needs("film/tex/a.png");
  needs("film/tex/b.png");
  needs("library/c.png");
  EXPECT_THAT(hint(), HasSubstr("--project \"" + path("film") + "\""));
  EXPECT_THAT(hint(), HasSubstr("(it holds 2 of the 3 files outside"));
  EXPECT_THAT(hint(), HasSubstr(", these files keep their places"));
  options.project = path("film");
  EXPECT_EQ(hint(), "");
}

TEST_F(ForgottenProject, IsWhatIsMarkedAsOne) {
  needs("film/tex/a.png");
  needs("library/c.png");
  file(".git/HEAD");
  EXPECT_THAT(hint(), HasSubstr("(it has .git, and holds all 2 files outside"));
  EXPECT_THAT(hint(), HasSubstr("--project \"" + folder.path() + "\""));
  file("film/.shaman-project");
  EXPECT_THAT(hint(), HasSubstr("--project \"" + path("film") + "\""));
  EXPECT_THAT(hint(), HasSubstr("(it has .shaman-project, and holds 1 of the 2 files outside"));
  EXPECT_THAT(hint(), HasSubstr(", that file keeps its place"));
}

TEST_F(ForgottenProject, MayHoldTheOnlyFile) {
  needs("film/tex/a.png");
  EXPECT_THAT(hint(), HasSubstr("(it holds the one file outside the .blend's own folder)"));
  EXPECT_THAT(hint(), HasSubstr(", that file keeps its place"));
}

TEST_F(ForgottenProject, IsNotGuessedWithoutAReason) {
  EXPECT_EQ(hint(), "");
  needs("film/shots/a.png");
  EXPECT_EQ(hint(), "");
}

}  // namespace
}  // namespace shaman::pack
