// SPDX-License-Identifier: GPL-3.0-or-later
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
using ::testing::UnorderedElementsAre;
using trace::Dependency;
using trace::Kind;

TEST_F(MakePlan, InsideKeepsItsPlaceAndItsReference) {
  add(Kind::image, "//tex/a.png", "proj/tex/a.png");
  add(Kind::image, "//tex\\b.png", "proj/tex/b.png");
  add(Kind::image, "//./tex/../c.png", "proj/c.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("c.png", "scene.blend", "tex/a.png", "tex/b.png"));
  EXPECT_THAT(rewritten(), IsEmpty());
  EXPECT_EQ(plan.blendfile_place, "scene.blend");
  EXPECT_EQ(plan.project, path("proj"));
  EXPECT_THAT(plan.warnings, IsEmpty());
}

TEST_F(MakePlan, TheProjectIsTheFolderOfTheBlendUnlessSaid) {
  options.project.clear();
  add(Kind::image, "//../tex/a.png", "tex/a.png");
  plan_it();
  EXPECT_EQ(plan.project, path("proj"));
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//../tex/a.png", "//_outside_project/a.png")));
}

TEST_F(MakePlan, ABlendOutsideTheProjectIsAnError) {
  options.project = path("other");
  EXPECT_EQ(make_plan(trace, options).error().code, errc::not_found);
  file("other/x");
  const auto made = make_plan(trace, options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::invalid_argument);
  EXPECT_THAT(made.error().message(), HasSubstr("scene.blend"));
}

TEST_F(MakePlan, AbsoluteReferencesInsideBecomeRelative) {
  add(Kind::image, path("proj/tex/a.png"), "proj/tex/a.png");
  add(Kind::image, "//tex/a.png", "proj/tex/a.png");
  add(Kind::image, "C:\\film\\tex\\b.png", "proj/tex/b.png");
  add(Kind::image, "\\\\nas\\film\\c.png", "proj/tex/c.png");
  add(Kind::image, "tex/d.png", "proj/tex/d.png");
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("scene.blend", "tex/a.png", "tex/b.png", "tex/c.png", "tex/d.png"));
  EXPECT_THAT(rewritten(), UnorderedElementsAre(Pair(path("proj/tex/a.png"), "//tex/a.png"),
                                                Pair("C:\\film\\tex\\b.png", "//tex/b.png"),
                                                Pair("\\\\nas\\film\\c.png", "//tex/c.png"),
                                                Pair("tex/d.png", "//tex/d.png")));
}

TEST_F(MakePlan, OutsideGoesBelowItsOwnFolder) {
  add(Kind::image, path("a/tex/wall.png"), "a/tex/wall.png");
  add(Kind::image, "//../b/tex/wall.png", "b/tex/wall.png");
  add(Kind::image, "//../b/floor.png", "b/floor.png");
  plan_it();
  EXPECT_THAT(places(), ElementsAre(Pair("_outside_project/a/tex/wall.png", "a/tex/wall.png"),
                                    Pair("_outside_project/b/tex/wall.png", "b/tex/wall.png"),
                                    Pair("_outside_project/floor.png", "b/floor.png"),
                                    Pair("scene.blend", "proj/scene.blend")));
  EXPECT_THAT(rewritten(), UnorderedElementsAre(
                               Pair(path("a/tex/wall.png"), "//_outside_project/a/tex/wall.png"),
                               Pair("//../b/tex/wall.png", "//_outside_project/b/tex/wall.png"),
                               Pair("//../b/floor.png", "//_outside_project/floor.png")));
  EXPECT_TRUE(plan.files[0].outside);
  EXPECT_FALSE(plan.files[3].outside);
}

TEST_F(MakePlan, TheProjectsOwnNameInAReference) {
  add(Kind::image, "//../proj/tex/a.png", "proj/tex/a.png");
  plan_it();
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//../proj/tex/a.png", "//tex/a.png")));
}

TEST_F(MakePlan, ReferencesStartAtTheBlendThatHoldsThem) {
  trace.blendfile = file("proj/shots/s1/scene.blend");
  add("proj/shots/s1/scene.blend", Kind::library, "//../../lib/l.blend", "proj/lib/l.blend",
      {"proj/lib/l.blend"});
  add("proj/shots/s1/scene.blend", Kind::image, path("o/a.png"), "o/a.png", {"o/a.png"});
  add("proj/lib/l.blend", Kind::image, path("o/a.png"), "o/a.png", {"o/a.png"});
  add("proj/lib/l.blend", Kind::image, "//../tex/b.png", "proj/tex/b.png", {"proj/tex/b.png"});
  plan_it();
  EXPECT_THAT(rewritten("shots/s1/scene.blend"),
              ElementsAre(Pair(path("o/a.png"), "//../../_outside_project/a.png")));
  EXPECT_THAT(rewritten("lib/l.blend"),
              ElementsAre(Pair(path("o/a.png"), "//../_outside_project/a.png")));
}

TEST_F(MakePlan, AMovedLibraryTakesItsReferencesAlong) {
  add(Kind::library, path("assets/lib/l.blend"), "assets/lib/l.blend");
  add("assets/lib/l.blend", Kind::image, "//../tex/a.png", "assets/tex/a.png",
      {"assets/tex/a.png"});
  add("assets/lib/l.blend", Kind::library, "//m.blend", "assets/lib/m.blend",
      {"assets/lib/m.blend"});
  add("assets/lib/m.blend", Kind::image, "//../../proj/tex/b.png", "proj/tex/b.png",
      {"proj/tex/b.png"});
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/a.png", "_outside_project/l.blend",
                                         "_outside_project/m.blend", "scene.blend", "tex/b.png"));
  EXPECT_THAT(rewritten("_outside_project/l.blend"),
              ElementsAre(Pair("//../tex/a.png", "//a.png")));
  EXPECT_THAT(rewritten("_outside_project/m.blend"),
              ElementsAre(Pair("//../../proj/tex/b.png", "//../tex/b.png")));
}

TEST_F(MakePlan, PatternsMoveAsAWhole) {
  add("proj/scene.blend", Kind::image_tiles, "//../o/t/w.<UDIM>.png", "o/t/w.<UDIM>.png",
      {"o/t/w.1001.png", "o/t/w.1002.png"});
  add("proj/scene.blend", Kind::image_sequence, "//../p/t/f_001.png", "p/t/f_001.png",
      {"p/t/f_001.png", "p/t/f_002.png"});
  add(Kind::image, "//../p/t/f_002.png", "p/t/f_002.png");
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/o/t/w.1001.png", "_outside_project/o/t/w.1002.png",
                          "_outside_project/p/t/f_001.png", "_outside_project/p/t/f_002.png",
                          "scene.blend"));
  EXPECT_THAT(rewritten(), UnorderedElementsAre(
                               Pair("//../o/t/w.<UDIM>.png", "//_outside_project/o/t/w.<UDIM>.png"),
                               Pair("//../p/t/f_001.png", "//_outside_project/p/t/f_001.png"),
                               Pair("//../p/t/f_002.png", "//_outside_project/p/t/f_002.png")));
}

TEST_F(MakePlan, FoldersMoveWithTheirStructure) {
  add("proj/scene.blend", Kind::fluid_cache, path("o/fluid"), "o/fluid",
      {"o/fluid/config/c_0001.uni", "o/fluid/data/d_0001.vdb"})
      .resolved_is_folder = true;
  add("proj/scene.blend", Kind::node_bake, "//bake/", "proj/bake", {"proj/bake/meta/1.json"})
      .resolved_is_folder = true;
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/fluid/config/c_0001.uni",
                                         "_outside_project/fluid/data/d_0001.vdb",
                                         "bake/meta/1.json", "scene.blend"));
  EXPECT_THAT(rewritten(), ElementsAre(Pair(path("o/fluid"), "//_outside_project/fluid")));
}

TEST_F(MakePlan, PointCachesStayBesideTheirBlend) {
  const auto cache = [&](const std::string& blend, const std::string& resolved,
                         const std::string& name) {
    Dependency& made = add(blend, Kind::point_cache, "", resolved, {resolved + "/" + name});
    made.field.capacity = 0;
    made.resolved_is_folder = true;
  };
  add(Kind::library, "//../o/lib/l.blend", "o/lib/l.blend");
  add(Kind::library, "//../o/lib/other.blend", "o/lib/other.blend");
  cache("proj/scene.blend", "proj/blendcache_scene", "a_000001_00.bphys");
  cache("o/lib/l.blend", "o/lib/blendcache_l", "b_000001_00.bphys");
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/lib/blendcache_l/b_000001_00.bphys",
                          "_outside_project/lib/l.blend", "_outside_project/other.blend",
                          "blendcache_scene/a_000001_00.bphys", "scene.blend"));
  EXPECT_THAT(rewritten(), UnorderedElementsAre(
                               Pair("//../o/lib/l.blend", "//_outside_project/lib/l.blend"),
                               Pair("//../o/lib/other.blend", "//_outside_project/other.blend")));
}

TEST_F(MakePlan, PlainNamesForOddOnes) {
  if (os::is_same_name("a", "A")) GTEST_SKIP() << "Windows has no names that are not UTF-8";
  add(Kind::image, "//t\xff/a\xe9.png", "proj/t\xff/a\xe9.png");
  add("proj/scene.blend", Kind::image_sequence, "//../o/s\xe9_001.png", "o/s\xe9_001.png",
      {"o/s\xe9_001.png", "o/s\xe9_002.png"});
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/o/s_oj_001.png", "_outside_project/o/s_oj_002.png",
                          "scene.blend", "t_pp/a_oj.png"));
  EXPECT_THAT(rewritten(), UnorderedElementsAre(
                               Pair("//t\xff/a\xe9.png", "//t_pp/a_oj.png"),
                               Pair("//../o/s\xe9_001.png", "//_outside_project/o/s_oj_001.png")));
  ASSERT_EQ(plan.warnings.size(), 3U);
  for (const std::string& warning : plan.warnings)
    EXPECT_THAT(warning, HasSubstr(" is not valid on every system: it becomes \""));
}

TEST_F(MakePlan, WarnsOfNamesThatNotAllWorkersCanHave) {
  if (os::is_same_name("t", "T")) GTEST_SKIP() << "Windows cannot have these names";
  add(Kind::image, "//aux.png", "proj/aux.png");
  add(Kind::image, "//T/a.png", "proj/T/a.png");
  add(Kind::image, "//t/b.png", "proj/t/b.png");
  plan_it();
  EXPECT_THAT(plan.name_warnings, ElementsAre(HasSubstr("aux.png"), HasSubstr("\"T\" and \"t\"")));
  EXPECT_THAT(plan.warnings, IsEmpty());
}

TEST_F(MakePlan, AProjectKnownByTwoPaths) {
  if (!link("proj", "alias")) GTEST_SKIP() << "no links can be made here";
  add(Kind::image, path("proj/tex/a.png"), "proj/tex/a.png");
  add("proj/scene.blend", Kind::image, path("alias/tex/b.png"), "alias/tex/b.png",
      {"alias/tex/b.png"});
  add("proj/scene.blend", Kind::image, "//tex/b.png", "proj/tex/b.png", {"proj/tex/b.png"});
  for (const char* project : {"proj", "alias"}) {
    options.project = path(project);
    plan_it();
    EXPECT_THAT(place_names(), ElementsAre("scene.blend", "tex/a.png", "tex/b.png")) << project;
    EXPECT_THAT(rewritten(), UnorderedElementsAre(Pair(path("proj/tex/a.png"), "//tex/a.png"),
                                                  Pair(path("alias/tex/b.png"), "//tex/b.png")));
  }
}

TEST_F(MakePlan, AProjectInOtherLettersWhereTheyAreTheSame) {
  const bool same = os::is_same_name("a", "A");
  add(Kind::image, path("proj/tex/a.png"), "proj/tex/a.png");
  // Missing folders cannot be asked for their real name.
  trace.dependencies.back().resolved = path("PROJ/tex/a.png");
  options.project = path("PROJ");
  if (!same) {
    EXPECT_EQ(make_plan(trace, options).error().code, errc::not_found);
    return;
  }
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend", "tex/a.png"));
}

TEST_F(MakePlan, DoesNotDependOnTheOrderOfReferences) {
  add(Kind::image, "//../a/x.png", "a/x.png");
  add(Kind::image, "//../b/x.png", "b/x.png");
  add(Kind::library, "//../b/l.blend", "b/l.blend");
  add("b/l.blend", Kind::image, "//x.png", "b/x.png", {"b/x.png"});
  add(Kind::image, "//../c/a long name.png", "c/a long name.png").field.capacity = 14;
  plan_it();
  const auto first = places();
  const auto texts = rewritten();
  std::reverse(trace.dependencies.begin(), trace.dependencies.end());
  plan_it();
  EXPECT_EQ(places(), first);
  EXPECT_EQ(rewritten(), texts);
}

// A library that is reached by two links is two: `//` starts at the folder of each.
TEST_F(MakePlan, ALibraryByTwoLinksHasTwoPlaces) {
  file("proj/shared/tree.blend");
  if (!link("proj/shared", "proj/summer/lib") || !link("proj/shared", "proj/winter/lib"))
    GTEST_SKIP() << "no links here";
  for (const std::string season : {"proj/summer", "proj/winter"}) {
    const std::string stored = "//" + season.substr(5) + "/lib/tree.blend";
    auto& library =
        add("proj/scene.blend", trace::Kind::library, stored, season + "/lib/tree.blend", {});
    library.files = {path(season + "/lib/tree.blend")};
    add(season + "/lib/tree.blend", trace::Kind::image, "//../textures/bark.png",
        season + "/textures/bark.png", {season + "/textures/bark.png"})
        .field = {5000, 1024};
  }
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("scene.blend", "summer/lib/tree.blend", "summer/textures/bark.png",
                          "winter/lib/tree.blend", "winter/textures/bark.png"));
  EXPECT_THAT(rewritten(), IsEmpty());
  EXPECT_THAT(rewritten("summer/lib/tree.blend"), IsEmpty());
  EXPECT_THAT(rewritten("winter/lib/tree.blend"), IsEmpty());
}

TEST_F(MakePlan, ALibraryByALinkAndItsRealPathKeepsBothTextures) {
  file("srv/lib/tree.blend");
  if (!link("srv/lib", "proj/lib")) GTEST_SKIP() << "no links here";
  file("srv/lib/tex/bark.png");
  for (const std::string way : {"proj/lib", "srv/lib"}) {
    auto& library = add("proj/scene.blend", trace::Kind::library, "/x/" + way + "/tree.blend",
                        way + "/tree.blend", {});
    library.files = {path(way + "/tree.blend")};
    auto& bark =
        add(way + "/tree.blend", trace::Kind::image, "//tex/bark.png", way + "/tex/bark.png", {});
    bark.files = {path(way + "/tex/bark.png")};
    bark.field = {5000, 1024};
  }
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/bark.png", "_outside_project/tree.blend",
                                         "lib/tex/bark.png", "lib/tree.blend", "scene.blend"));
  EXPECT_THAT(rewritten("lib/tree.blend"), IsEmpty());
  EXPECT_THAT(rewritten("_outside_project/tree.blend"),
              ElementsAre(Pair("//tex/bark.png", "//bark.png")));
}

// Neither way is in the project by its text, and both are by their real path.
TEST_F(MakePlan, TwoWaysIntoTheProjectAreTwoFiles) {
  file("proj/lib/tree.blend");
  if (!link("proj", "one/proj") || !link("proj", "two/proj")) GTEST_SKIP() << "no links here";
  for (const std::string way : {"one", "two"}) {
    auto& library = add("proj/scene.blend", trace::Kind::library, "/" + way + "/tree.blend",
                        way + "/proj/lib/tree.blend", {});
    library.files = {path(way + "/proj/lib/tree.blend")};
    add(way + "/proj/lib/tree.blend", trace::Kind::image, "//../../bark.png", way + "/bark.png",
        {way + "/bark.png"})
        .field = {5000, 1024};
  }
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/one/bark.png", "_outside_project/tree.blend",
                          "_outside_project/two/bark.png", "lib/tree.blend", "scene.blend"));
  EXPECT_THAT(rewritten("lib/tree.blend"),
              ElementsAre(Pair("//../../bark.png", "//../_outside_project/one/bark.png")));
  EXPECT_THAT(rewritten("_outside_project/tree.blend"),
              ElementsAre(Pair("//../../bark.png", "//two/bark.png")));
}

// What no render reads, and what would tell where things lay on the artist's machine.
TEST_F(MakePlan, LeavesNoTraceOfTheMachine) {
  const auto leave = [&](trace::Leftover::Becomes becomes, const std::string& stored) {
    trace::Leftover leftover;
    leftover.becomes = becomes;
    leftover.blend = trace.blendfile;
    leftover.stored = stored;
    leftover.field = {offset += 2000, 1024};
    trace.leftovers.push_back(leftover);
  };
  using Becomes = trace::Leftover::Becomes;
  leave(Becomes::nothing, path("proj/scene.blend"));
  leave(Becomes::name, path("o/packed.png"));
  leave(Becomes::name, "C:\\tex\\old.png");
  leave(Becomes::output, path("proj/render") + "/");
  leave(Becomes::output, "/mnt/farm/render/");
  // What a reference stands in is the reference's.
  add("proj/scene.blend", Kind::image, path("o/gone.png"), "o/gone.png", {}).missing_files = {
      path("o/gone.png")};
  trace::Leftover same;
  same.becomes = Becomes::name;
  same.blend = trace.blendfile;
  same.stored = path("o/gone.png");
  same.field = trace.dependencies.back().field;
  trace.leftovers.push_back(same);
  plan_it();
  EXPECT_THAT(rewritten(), UnorderedElementsAre(Pair(path("proj/scene.blend"), ""),
                                                Pair(path("o/packed.png"), "//packed.png"),
                                                Pair("C:\\tex\\old.png", "//old.png"),
                                                Pair(path("proj/render") + "/", "//render/")));
}

TEST_F(MakePlan, TheCopyOfASoundsPathFollowsTheSound) {
  add(Kind::sound, path("o/boom.wav"), "o/boom.wav");
  trace::Leftover strip;
  strip.becomes = trace::Leftover::Becomes::sound;
  strip.blend = trace.blendfile;
  strip.stored = path("old") + "/";
  strip.field = {90'000, 768};
  strip.stored_name = "before.wav";
  strip.name_field = {91'000, 256};
  strip.sound_offset = trace.dependencies.back().field.offset;
  trace.leftovers.push_back(strip);
  strip.stored = "/somewhere/else/";
  strip.field = {92'000, 768};
  strip.name_field = {93'000, 256};
  strip.sound_offset = 0;
  trace.leftovers.push_back(strip);
  plan_it();
  EXPECT_THAT(rewritten(),
              UnorderedElementsAre(Pair(path("o/boom.wav"), "//_outside_project/boom.wav"),
                                   Pair(path("old") + "/", "//_outside_project/"),
                                   Pair("before.wav", "boom.wav"), Pair("/somewhere/else/", "//")));
}

}  // namespace
}  // namespace shaman::pack
