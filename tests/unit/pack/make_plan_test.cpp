// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/pack/plan.hpp"

#include "temporary_folder.hpp"

namespace shaman::pack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using trace::Dependency;
using trace::Kind;

// A project `proj` and folders beside it, and a trace that is said to have been made of them.
class MakePlan : public ::testing::Test {
 protected:
  MakePlan() {
    trace.blendfile = file("proj/scene.blend");
    options.project = path("proj");
  }

  [[nodiscard]] std::string path(const std::string& below) const { return folder.path(below); }
  std::string file(const std::string& below) const { return folder.write(below, below); }

  // `from` is a .blend; files are made where they are missing.
  Dependency& add(const std::string& from, Kind kind, const std::string& stored,
                  const std::string& resolved, const std::vector<std::string>& files) {
    Dependency dependency;
    dependency.kind = kind;
    dependency.blend = path(from);
    dependency.data_block = "Thing \"" + stored + "\"";
    dependency.stored = stored;
    dependency.field = {offset += 2000, 1024};
    dependency.resolved = path(resolved);
    for (const std::string& name : files)
      dependency.files.push_back(file(name));
    trace.dependencies.push_back(std::move(dependency));
    return trace.dependencies.back();
  }
  Dependency& add(Kind kind, const std::string& stored, const std::string& resolved) {
    return add("proj/scene.blend", kind, stored, resolved, {resolved});
  }

  void plan_it() {
    result<Plan> made = make_plan(trace, options);
    ASSERT_TRUE(made) << made.error().message();
    plan = std::move(*made);
    const auto by_place = [](const PlannedFile& a, const PlannedFile& b) {
      return a.place < b.place;
    };
    EXPECT_TRUE(std::is_sorted(plan.files.begin(), plan.files.end(), by_place));
  }

  // place -> source below the test's folder
  [[nodiscard]] std::map<std::string, std::string> places() const {
    std::map<std::string, std::string> out;
    for (const PlannedFile& planned : plan.files)
      out[planned.place] = planned.source.substr(folder.path().size() + 1);
    return out;
  }
  [[nodiscard]] std::vector<std::string> place_names() const {
    std::vector<std::string> out;
    for (const PlannedFile& planned : plan.files)
      out.push_back(planned.place);
    return out;
  }
  // What is rewritten: from -> to
  [[nodiscard]] std::map<std::string, std::string> rewritten(
      const std::string& place = "scene.blend") const {
    std::map<std::string, std::string> out;
    for (const PlannedFile& planned : plan.files) {
      if (planned.place != place) continue;
      for (const Patch& patch : planned.patches)
        out[patch.expected] = patch.text;
    }
    return out;
  }

  shaman::test::TemporaryFolder folder;
  trace::Trace trace;
  PlanOptions options;
  Plan plan;
  std::uint64_t offset = 0;
};

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
  EXPECT_EQ(made.error().code, errc::malformed_request);
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

TEST_F(MakePlan, OfStripsOnlyTheFolderIsRewritten) {
  const auto strip = [&](const std::string& stored, const std::string& name,
                         const std::string& resolved, std::uint64_t at) {
    Dependency& made = add(Kind::image, stored, resolved);
    made.stored_name = name;
    made.field = {at, 768};
  };
  strip("//../o/seq/", "1.png", "o/seq/1.png", 100'000);
  strip("//../o/seq/", "2.png", "o/seq/2.png", 100'000);
  strip(path("o/mov"), "m.mp4", "o/mov/m.mp4", 200'000);
  strip("//vse", "in.png", "proj/vse/in.png", 300'000);
  plan_it();
  EXPECT_THAT(place_names(),
              ElementsAre("_outside_project/m.mp4", "_outside_project/seq/1.png",
                          "_outside_project/seq/2.png", "scene.blend", "vse/in.png"));
  EXPECT_THAT(rewritten(), UnorderedElementsAre(Pair("//../o/seq/", "//_outside_project/seq/"),
                                                Pair(path("o/mov"), "//_outside_project/")));
}

TEST_F(MakePlan, AStripsFileGetsTheNameThatIsLookedFor) {
  Dependency& strip =
      add("proj/scene.blend", Kind::image, "//vse/", "proj/vse/A.PNG", {"proj/vse/a.png"});
  strip.stored_name = "A.PNG";
  plan_it();
  EXPECT_THAT(places(), ElementsAre(Pair("scene.blend", "proj/scene.blend"),
                                    Pair("vse/A.PNG", "proj/vse/a.png")));
  EXPECT_THAT(rewritten(), IsEmpty());
}

TEST_F(MakePlan, WrongLettersBecomeTheRealOnes) {
  add("proj/scene.blend", Kind::image, "//TEX/A.png", "proj/TEX/A.png", {"proj/tex/a.png"});
  add("proj/scene.blend", Kind::image, "//t/\u00fc.png", "proj/t/\u00fc.png",
      {"proj/t/u\u0308.png"});
  add("proj/scene.blend", Kind::image_sequence, "//Seq/F_001.png", "proj/Seq/F_001.png",
      {"proj/seq/f_001.png", "proj/seq/f_002.png"});
  add("proj/scene.blend", Kind::ocean_cache, "//Ocean", "proj/Ocean", {"proj/ocean/disp_0001.exr"})
      .resolved_is_folder = true;
  plan_it();
  EXPECT_THAT(rewritten(), UnorderedElementsAre(Pair("//TEX/A.png", "//tex/a.png"),
                                                Pair("//t/\u00fc.png", "//t/u\u0308.png"),
                                                Pair("//Seq/F_001.png", "//seq/f_001.png"),
                                                Pair("//Ocean", "//ocean")));
}

TEST_F(MakePlan, CyclesDoesNotTurnBackslashes) {
  add(Kind::ies, "//ies\\a.ies", "proj/ies/a.ies");
  add(Kind::script, "//osl/a.osl", "proj/osl/a.osl");
  plan_it();
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//ies\\a.ies", "//ies/a.ies")));
}

TEST_F(MakePlan, WhatIsMissingIsLeft) {
  Dependency& missing = add("proj/scene.blend", Kind::image, "/gone/a.png", "gone/a.png", {});
  missing.missing = true;
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend"));
  EXPECT_THAT(rewritten(), IsEmpty());
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

TEST_F(MakePlan, AnotherBaseOfDoubleSlash) {
  // Blender 5: packed from a library, `//` is still that library's folder, there or not.
  Dependency& own = add("proj/scene.blend", Kind::library, "//lib/l.blend", "proj/lib/l.blend", {});
  own.optional = true;
  Dependency& image = add(Kind::image, "//t/a.png", "proj/lib/t/a.png");
  image.base_blend = path("proj/lib/l.blend");
  Dependency& far = add("proj/scene.blend", Kind::library, "//../o/m.blend", "o/m.blend", {});
  far.optional = true;
  Dependency& far_image = add(Kind::image, "//t/b.png", "o/t/b.png");
  far_image.base_blend = path("o/m.blend");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/b.png", "lib/t/a.png", "scene.blend"));
  EXPECT_THAT(rewritten(),
              UnorderedElementsAre(Pair("//../o/m.blend", "//_outside_project/m.blend"),
                                   Pair("//t/b.png", "//b.png")));
}

TEST_F(MakePlan, ABaseThatCannotBeNamedIsTold) {
  Dependency& image = add(Kind::image, "//t/b.png", "o/t/b.png");
  image.base_blend = path("o/m.blend");
  plan_it();
  EXPECT_THAT(rewritten(), IsEmpty());
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("m.blend")));
}

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

TEST_F(MakePlan, WhatAPackedLibraryNeedsLiesWhereItLooks) {
  // The library's bytes are in the .blend: its own fields cannot be rewritten.
  Dependency& own = add("proj/scene.blend", Kind::library, "//../o/l.blend", "o/l.blend", {});
  own.optional = true;
  const auto inner = [&](const std::string& stored, const std::string& resolved) {
    Dependency& made = add(Kind::image, stored, resolved);
    made.base_blend = path("o/l.blend");
    made.field = {};
  };
  inner("//tex/a.png", "o/tex/a.png");
  inner(path("o/tex/b.png"), "o/tex/b.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/o/tex/a.png",
                                         "_outside_project/o/tex/b.png", "scene.blend"));
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//../o/l.blend", "//_outside_project/o/l.blend")));
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("b.png")));
}

TEST_F(MakePlan, FindsShorterPlacesForSmallFields) {
  add(Kind::image, "//../o/a rather long name.png", "o/a rather long name.png").field.capacity = 34;
  add(Kind::image, "//../o/another long name.png", "o/another long name.png").field.capacity = 15;
  add(Kind::image, "/x", "proj/some/where/inside.png").field.capacity = 12;
  plan_it();
  const auto texts = rewritten();
  ASSERT_EQ(texts.size(), 3U);
  EXPECT_THAT(texts.at("//../o/a rather long name.png"),
              ::testing::MatchesRegex("//_outside_project/[0-9a-f]{8}\\.png"));
  EXPECT_THAT(texts.at("//../o/another long name.png"),
              ::testing::MatchesRegex("//[0-9a-f]{4}\\.png"));
  EXPECT_THAT(texts.at("/x"), ::testing::MatchesRegex("//[0-9a-f]{4}\\.png"));
  for (const auto& [from, to] : texts)
    EXPECT_TRUE(places().contains(to.substr(2))) << to;
}

TEST_F(MakePlan, FailsWhereNoPlaceIsShortEnough) {
  add(Kind::image, "//../o/a.png", "o/a.png").field.capacity = 8;
  const auto made = make_plan(trace, options);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::limit_exceeded);
  EXPECT_THAT(made.error().message(), HasSubstr("Thing \"//../o/a.png\""));
  EXPECT_THAT(made.error().message(), HasSubstr("8 bytes"));
}

TEST_F(MakePlan, PlainNamesForOddOnes) {
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
  EXPECT_EQ(plan.warnings.size(), 3U);
}

TEST_F(MakePlan, WarnsOfNamesThatNotAllWorkersCanHave) {
  add(Kind::image, "//aux.png", "proj/aux.png");
  add(Kind::image, "//T/a.png", "proj/T/a.png");
  add(Kind::image, "//t/b.png", "proj/t/b.png");
  plan_it();
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("aux.png"), HasSubstr("\"T\" and \"t\"")));
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
  EXPECT_THAT(plan.suspicious[0].reason, HasSubstr("hidden"));
  EXPECT_EQ(plan.suspicious[0].data_block, "Thing \"//../o/.ssh/a.png\"");
  EXPECT_EQ(plan.suspicious[1].file, path("o/id_rsa"));
  EXPECT_THAT(rewritten(), IsEmpty());

  options.allow_outside = {path("o/**")};
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
  Dependency& made = add("proj/scene.blend", Kind::text, "/proc/self/status", "x", {});
  made.resolved = "/proc/self/status";
  made.files = {"/proc/self/status"};
  options.allow_outside = {"**"};
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend"));
  ASSERT_EQ(plan.suspicious.size(), 1U);
}

TEST_F(MakePlan, LinksInTheProjectKeepTheirPlaceButNotToWhatIsPrivate) {
  file("o/real.png");
  file("o/.ssh/id_rsa");
  namespace fs = std::filesystem;
  fs::create_directories(path("proj/tex"));
  fs::create_symlink(path("o/real.png"), path("proj/tex/link.png"));
  fs::create_symlink(path("o/.ssh/id_rsa"), path("proj/tex/trap.png"));
  fs::create_directory_symlink(path("o"), path("proj/linked"));
  const auto link = [&](const std::string& below) {
    add("proj/scene.blend", Kind::image, "//" + below, "proj/" + below, {}).files = {
        path("proj/" + below)};
  };
  link("tex/link.png");
  link("tex/trap.png");
  link("linked/real.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("linked/real.png", "scene.blend", "tex/link.png"));
  ASSERT_EQ(plan.suspicious.size(), 1U);
  EXPECT_EQ(plan.suspicious[0].file, path("proj/tex/trap.png"));
}

TEST_F(MakePlan, AProjectKnownByTwoPaths) {
  std::filesystem::create_directory_symlink(path("proj"), path("alias"));
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

}  // namespace
}  // namespace shaman::pack
