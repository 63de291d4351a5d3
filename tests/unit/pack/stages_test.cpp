// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "shaman/pack/shortfall.hpp"

#include "plan_fixture.hpp"

namespace shaman::pack {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using trace::Kind;

class StagesTest : public MakePlan {
 protected:
  void name(const std::string& layer, const std::string& stored, const std::string& resolved) {
    trace::Dependency& dependency = add(Kind::usd_asset, stored, resolved);
    dependency.named_by = path(layer);
    dependency.field = {};
  }
};

TEST_F(StagesTest, AStageInTheProjectStaysAsItIs) {
  add(Kind::cache_file, "//usd/shot.usda", "proj/usd/shot.usda");
  name("proj/usd/shot.usda", "../tex/wood.png", "proj/tex/wood.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("scene.blend", "tex/wood.png", "usd/shot.usda"));
  EXPECT_THAT(rewritten(), IsEmpty());
}

TEST_F(StagesTest, AStageOutsideMovesAsAWhole) {
  add(Kind::cache_file, "//../lib/usd/shot.usda", "lib/usd/shot.usda");
  name("lib/usd/shot.usda", "../tex/wood.png", "lib/tex/wood.png");
  name("lib/usd/shot.usda", "./chair.usda", "lib/usd/chair.usda");
  name("lib/usd/chair.usda", "deep/fabric.png", "lib/usd/deep/fabric.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/lib/tex/wood.png",
                                         "_outside_project/lib/usd/chair.usda",
                                         "_outside_project/lib/usd/deep/fabric.png",
                                         "_outside_project/lib/usd/shot.usda", "scene.blend"));
  EXPECT_THAT(rewritten(),
              ElementsAre(Pair("//../lib/usd/shot.usda", "//_outside_project/lib/usd/shot.usda")));
}

TEST_F(StagesTest, AStageThatLeavesTheProjectMovesOutOfIt) {
  add(Kind::cache_file, "//usd/shot.usda", "proj/usd/shot.usda");
  name("proj/usd/shot.usda", "../../lib/wood.png", "lib/wood.png");
  plan_it();
  const std::string root =
      plan.files.front().place.substr(0, plan.files.front().place.find("/lib/"));
  EXPECT_THAT(place_names(),
              ElementsAre(root + "/lib/wood.png", root + "/proj/usd/shot.usda", "scene.blend"));
  EXPECT_THAT(rewritten(),
              ElementsAre(Pair("//usd/shot.usda", "//" + root + "/proj/usd/shot.usda")));
}

TEST_F(StagesTest, ATextureThatTheBlendNamesTooHasOnePlace) {
  add(Kind::cache_file, "//../lib/usd/shot.usda", "lib/usd/shot.usda");
  add(Kind::image, "//../lib/tex/wood.png", "lib/tex/wood.png");
  name("lib/usd/shot.usda", "../tex/wood.png", "lib/tex/wood.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/lib/tex/wood.png",
                                         "_outside_project/lib/usd/shot.usda", "scene.blend"));
  EXPECT_THAT(rewritten(),
              ElementsAre(Pair("//../lib/tex/wood.png", "//_outside_project/lib/tex/wood.png"),
                          Pair("//../lib/usd/shot.usda", "//_outside_project/lib/usd/shot.usda")));
}

TEST_F(StagesTest, TheFramesOfASequenceOfLayersStayTogether) {
  add("proj/scene.blend", Kind::cache_file, "//../lib/usd/f_0001.usda", "lib/usd/f_0001.usda",
      {"lib/usd/f_0001.usda", "lib/usd/f_0002.usda"});
  name("lib/usd/f_0002.usda", "../tex/wood.png", "lib/tex/wood.png");
  plan_it();
  EXPECT_THAT(place_names(), ElementsAre("_outside_project/lib/tex/wood.png",
                                         "_outside_project/lib/usd/f_0001.usda",
                                         "_outside_project/lib/usd/f_0002.usda", "scene.blend"));
  EXPECT_THAT(rewritten(), ElementsAre(Pair("//../lib/usd/f_0001.usda",
                                            "//_outside_project/lib/usd/f_0001.usda")));
}

TEST_F(StagesTest, WarningsOfTheTraceReachThePlan) {
  trace.warnings = {{path("proj/a.usda"), "an expression"}};
  plan_it();
  EXPECT_THAT(plan.warnings, ElementsAre("an expression"));
  add(Kind::cache_file, "//a.usda", "proj/a.usda");
  options.exclude = {"a.usda"};
  plan_it();
  EXPECT_THAT(plan.warnings, IsEmpty());
}

TEST_F(StagesTest, AbsoluteNamesAreToldAndFallShort) {
  const trace::AbsoluteName wood{path("proj/a.usda"), "/home/me/wood.png"};
  const trace::AbsoluteName oak{path("proj/b.usda"), "C:/oak.png"};
  trace.absolute_names = {wood, oak};
  plan_it();
  EXPECT_THAT(plan.warnings,
              ElementsAre(AllOf(HasSubstr(wood.file), HasSubstr(wood.path), HasSubstr("relative")),
                          AllOf(HasSubstr(oak.file), HasSubstr(oak.path))));
  EXPECT_THAT(shortfall_of(trace, plan, options).absolute_names, ElementsAre(wood, oak));
  EXPECT_FALSE(shortfall_of(trace, plan, options).is_none());

  options.exclude = {"b.usda", "wood.png"};
  plan_it();
  EXPECT_THAT(plan.warnings, IsEmpty());
  EXPECT_TRUE(shortfall_of(trace, plan, options).is_none());
}

}  // namespace
}  // namespace shaman::pack
