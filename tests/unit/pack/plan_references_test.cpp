// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/pack/plan.hpp"

#include "plan_fixture.hpp"
#include "regex_matcher.hpp"

namespace shaman::pack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using trace::Dependency;
using trace::Kind;

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
  EXPECT_THAT(plan.warnings, ElementsAre(AllOf(HasSubstr("m.blend"), HasSubstr("--project"))));
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
              shaman::test::IsLike("//_outside_project/[0-9a-f]{8}\\.png"));
  EXPECT_THAT(texts.at("//../o/another long name.png"),
              shaman::test::IsLike("//[0-9a-f]{4}\\.png"));
  EXPECT_THAT(texts.at("/x"), shaman::test::IsLike("//[0-9a-f]{4}\\.png"));
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

}  // namespace
}  // namespace shaman::pack
