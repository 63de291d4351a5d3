// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/os.hpp"
#include "shaman/pack/plan.hpp"

#include "plan_fixture.hpp"

namespace shaman::pack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using trace::Dependency;
using trace::Kind;

TEST_F(MakePlan, OptionalFilesAreTakenButNeverAReasonToFailOrToAsk) {
  add(Kind::text, "//../o/notes.txt", "o/notes.txt").optional = true;
  Dependency& tight = add(Kind::text, "//../o/n.txt", "o/n.txt");
  tight.optional = true;
  tight.field.capacity = 13;
  add(Kind::text, "//../.o/private.txt", ".o/private.txt").optional = true;
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/n.txt", "_outside_project/notes.txt", "scene.blend"));
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//../o/notes.txt", "//_outside_project/notes.txt")));
  EXPECT_THAT(plan.suspicious, IsEmpty());
}

TEST_F(MakePlan, GapsOfASequenceAreToldUnlessItIsExcluded) {
  add("proj/scene.blend", Kind::image_sequence, "//f/f_01.png", "proj/f/f_01.png",
      {"proj/f/f_01.png", "proj/f/f_02.png", "proj/f/f_04.png"});
  plan_it();
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("\"f_03.png\" does not exist")));
  for (const char* pattern : {"f", "f/*.png", "f_04.png"}) {
    options.exclude = {pattern};
    plan_it();
    EXPECT_THAT(plan.warnings, IsEmpty()) << pattern;
  }
  options.exclude = {"f_02.png"};
  plan_it();
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("gaps: \"f_03.png\" does not exist")));
}

TEST_F(MakePlan, PatternsMayBeRelativeToTheProjectAndTheBlend) {
  add(Kind::image, "//tex/a.png", "proj/tex/a.png");
  add(Kind::image, "//../o/.hidden/a.png", "o/.hidden/a.png");
  file("proj/cache/c.vdb");
  for (const char* pattern : {"./tex", "//tex/*.png", ".\\tex\\a.png"}) {
    options.exclude = {pattern};
    plan_it();
    EXPECT_THAT(place_names(), ElementsAre("scene.blend")) << pattern;
  }
  options.exclude = {"tex"};
  for (const char* pattern : {"../o/**", "//../o/.hidden/a.png"}) {
    options.allow_outside = {pattern};
    plan_it();
    EXPECT_THAT(place_names(), ElementsAre("_outside_project/a.png", "scene.blend")) << pattern;
  }
  options.allow_outside.clear();
  for (const char* wanted : {"./cache", "./cache/c.vdb", "./cache/*.vdb", "//cache",
                             "//cache/c.vdb", "//*/c.vdb", ".\\cache\\c.vdb", ".\\cache\\*.vdb"}) {
    options.include = {wanted};
    plan_it();
    EXPECT_THAT(place_names(), ElementsAre("cache/c.vdb", "scene.blend")) << wanted;
    EXPECT_THAT(plan.missing, IsEmpty()) << wanted;
  }
}

TEST_F(MakePlan, SuspiciousFilesStayUnlessAllowed) {
  add(Kind::image, "//../o/.ssh/a.png", "o/.ssh/a.png");
  add(Kind::image, "//../o/id_rsa", "o/id_rsa");
  add(Kind::image, "//.hidden/a.png", "proj/.hidden/a.png");
  add(Kind::image, "//noextension", "proj/noextension");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre(".hidden/a.png", "noextension", "scene.blend"));
  ASSERT_EQ(plan.suspicious.size(), 2U);
  EXPECT_EQ(plan.suspicious[0].file, path("o/.ssh/a.png"));
  EXPECT_THAT(plan.suspicious[0].reason, HasSubstr("secrets"));
  EXPECT_EQ(plan.suspicious[0].data_block, "Thing \"//../o/.ssh/a.png\"");
  EXPECT_EQ(plan.suspicious[1].file, path("o/id_rsa"));
  EXPECT_THAT(rewritten(), IsEmpty());

  options.allow_outside = {path("o/**"), "id_rsa"};
  plan_it();
  EXPECT_EQ(plan.suspicious.size(), 2U) << "no pattern means a secret";

  options.allow_outside = {path("o/.ssh/a.png"), path("o/id_rsa")};
  plan_it();
  EXPECT_THAT(plan.suspicious, IsEmpty());
  EXPECT_THAT(place_names(), ElementsAre(".hidden/a.png", "_outside_project/a.png",
                                         "_outside_project/id_rsa", "noextension", "scene.blend"));
}

TEST_F(MakePlan, WhatALeftOutLibraryNeedsIsNotPacked) {
  add(Kind::library, "//../.o/l.blend", ".o/l.blend");
  add(".o/l.blend", Kind::image, "//../tex/a.png", "tex/a.png", {"tex/a.png"});
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend"));
}

TEST_F(MakePlan, NoSystemFilesEvenIfAllowed) {
  if (!os::is_absolute("/proc") || !os::info("/proc/self/status"))
    GTEST_SKIP() << "this system has no /proc";
  Dependency& made = add("proj/scene.blend", Kind::text, "/proc/self/status", "x", {});
  made.resolved = "/proc/self/status";
  made.files = {"/proc/self/status"};
  options.allow_outside = {"**"};
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend"));
  ASSERT_EQ(plan.suspicious.size(), 1U);
}

TEST_F(MakePlan, TakesFilesFromADiskInMemory) {
  if (!os::info("/dev/shm")) GTEST_SKIP() << "this system has no /dev/shm";
  const std::string wall = "/dev/shm/shaman-test-" + std::to_string(os::now_ns()) + ".png";
  std::ofstream(wall) << "wall";
  Dependency& made = add("proj/scene.blend", Kind::image, wall, "x", {});
  made.resolved = wall;
  made.files = {wall};
  plan_it();
  EXPECT_THAT(plan.suspicious, IsEmpty());
  EXPECT_EQ(plan.files.size(), 2U);
  std::filesystem::remove(wall);
}

TEST_F(MakePlan, LinksInTheProjectKeepTheirPlaceButNotToWhatIsPrivate) {
  file("o/real.png");
  file("o/.ssh/id_rsa");
  if (!link("o/real.png", "proj/tex/link.png")) GTEST_SKIP() << "no links can be made here";
  ASSERT_TRUE(link("o/.ssh/id_rsa", "proj/tex/trap.png"));
  ASSERT_TRUE(link("o", "proj/linked"));
  const auto add_linked = [&](const std::string& below) {
    add("proj/scene.blend", Kind::image, "//" + below, "proj/" + below, {}).files = {
        path("proj/" + below)};
  };
  add_linked("tex/link.png");
  add_linked("tex/trap.png");
  add_linked("linked/real.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("linked/real.png", "scene.blend", "tex/link.png"));
  ASSERT_EQ(plan.suspicious.size(), 1U);
  EXPECT_EQ(plan.suspicious[0].file, path("proj/tex/trap.png"));
}

// The .blend may be in the user's own folder.
TEST_F(MakePlan, SecretsInTheProjectStay) {
  add(Kind::image, "//.ssh/a.png", "proj/.ssh/a.png");
  add(Kind::image, "//id_rsa", "proj/id_rsa");
  add(Kind::image, "//tex/a.png", "proj/tex/a.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend", "tex/a.png"));
  EXPECT_EQ(plan.suspicious.size(), 2U);
}

// As DVC and git-annex lay projects out.
TEST_F(MakePlan, LinksToHiddenStoresAreConsent) {
  file("home/.cache/dvc/ab/c0ffee");
  file("o/.git/annex/objects/oak.png");
  if (!link("home/.cache/dvc/ab/c0ffee", "proj/tex/wood.png"))
    GTEST_SKIP() << "no links can be made here";
  ASSERT_TRUE(link("o/.git/annex/objects/oak.png", "o/tex/oak.png"));
  add("proj/scene.blend", Kind::image, "//tex/wood.png", "proj/tex/wood.png", {}).files = {
      path("proj/tex/wood.png")};
  add("proj/scene.blend", Kind::image, "//../o/tex/oak.png", "o/tex/oak.png", {}).files = {
      path("o/tex/oak.png")};
  plan_it();
  EXPECT_THAT(plan.suspicious, IsEmpty());
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/oak.png", "scene.blend", "tex/wood.png"));
}

TEST_F(MakePlan, ExcludedFilesStayButNotWhatTheirLibraryNeeds) {
  add(Kind::image, "//../o/a.png", "o/a.png");
  add(Kind::library, path("o/l.blend"), "o/l.blend");
  add("o/l.blend", Kind::image, "//b.png", "o/b.png", {"o/b.png"});
  options.exclude = {"*.blend", "a.*"};
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/b.png", "scene.blend"));
  EXPECT_THAT(rewritten(), IsEmpty());
}

TEST_F(MakePlan, RelativeOnlyLeavesAbsoluteReferencesAlone) {
  add(Kind::image, path("o/a.png"), "o/a.png");
  add(Kind::image, "//../o/b.png", "o/b.png");
  options.relative_only = true;
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/b.png", "scene.blend"));
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//../o/b.png", "//_outside_project/b.png")));
}

}  // namespace
}  // namespace shaman::pack
