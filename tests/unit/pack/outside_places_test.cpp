// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/outside_places.hpp"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/os.hpp"

#include "regex_matcher.hpp"

namespace shaman::pack {
namespace {

using Places = std::map<std::string, std::string>;

Unit unit(Shape shape, const std::string& source) {
  Unit made;
  made.shape = shape;
  made.source = source;
  if (shape == Shape::single) made.name = std::string(os::file_name(source));
  return made;
}

// `x` is a file, `x/` a tree, `x/#` a pattern.
Unit unit(const std::string& text) {
  if (text.ends_with("/#")) return unit(Shape::pattern, text.substr(0, text.size() - 2));
  if (text.ends_with("/")) return unit(Shape::tree, text.substr(0, text.size() - 1));
  return unit(Shape::single, text);
}

Places assign(const std::vector<std::string>& texts, const std::set<std::string>& taken = {}) {
  std::vector<Unit> units;
  for (const std::string& text : texts)
    units.push_back(unit(text));
  assign_places(units, taken);
  Places places;
  for (std::size_t i = 0; i < units.size(); ++i) {
    EXPECT_TRUE(units[i].place.starts_with("_outside_project/")) << units[i].place;
    places[texts[i]] = units[i].place.substr(17);
  }
  return places;
}

TEST(OutsidePlaces, AreTheShortestTailsThatNoOtherHas) {
  const std::vector<std::vector<std::pair<std::string, std::string>>> cases{
      {{"/home/me/tex/wall.png", "wall.png"}, {"/home/me/tex/floor.png", "floor.png"}},
      {{"/a/tex/wall.png", "a/tex/wall.png"}, {"/b/tex/wall.png", "b/tex/wall.png"}},
      {{"/a/x/wall.png", "x/wall.png"}, {"/a/y/wall.png", "y/wall.png"}},
      // The shorter path has no more to give.
      {{"/x/a.png", "x/a.png"}, {"/y/x/a.png", "y/x/a.png"}},
      {{"/a.png", "a.png"}, {"/x/a.png", "x/a.png"}},
      // As Windows sees it.
      {{"/a/Wall.png", "a/Wall.png"}, {"/b/wall.PNG", "b/wall.PNG"}},
      {{"/a/\u00fc.png", "a/\u00fc.png"}, {"/b/u\u0308.png", "b/u\u0308.png"}},
      // Folders keep their name; nothing foreign gets into them.
      {{"/c/cache/", "cache"}, {"/c/wall.png", "wall.png"}},
      {{"/c/seq/#", "c/seq"}, {"/d/seq/#", "d/seq"}},
      {{"/c/seq/#", "c/seq"}, {"/d/seq", "d/seq"}},
      {{"/c/cache/", "c/cache"}, {"/1/cache/x.png", "1/cache/x.png"}, {"/2/x.png", "2/x.png"}},
      {{"/c/seq/#", "c/seq"}, {"/1/seq/x.png", "1/seq/x.png"}, {"/2/x.png", "2/x.png"}},
      // What lies in them at home may lie in them there.
      {{"/c/seq/#", "seq"}, {"/c/seq/x.png", "seq/x.png"}, {"/2/x.png", "2/x.png"}},
      {{"/c/seq/#", "seq"}, {"/c/seq/", "seq"}},
      {{"/c/seq/#", "seq"}, {"/c/seq/sub/#", "sub"}},
      // Roots and drives.
      {{"C:/tex/a.png", "C/tex/a.png"}, {"D:/tex/a.png", "D/tex/a.png"}},
      {{"//srv/share/a.png", "share/a.png"}, {"//srv/other/a.png", "other/a.png"}},
      {{"/#", "root"}, {"/x/#", "x"}},
      {{"/a/b\xff.png", "b_pp.png"}},
  };
  for (const auto& wanted : cases) {
    std::vector<std::string> texts;
    for (const auto& [text, place] : wanted)
      texts.push_back(text);
    EXPECT_EQ(assign(texts), Places(wanted.begin(), wanted.end()));
    std::reverse(texts.begin(), texts.end());
    EXPECT_EQ(assign(texts), Places(wanted.begin(), wanted.end())) << "the other way round";
  }
}

TEST(OutsidePlaces, LeaveAloneWhatTheProjectHasThere) {
  EXPECT_EQ(assign({"/x/a.png", "/x/b.png"}, {"_outside_project/a.png", "tex/b.png"}),
            (Places{{"/x/a.png", "x/a.png"}, {"/x/b.png", "b.png"}}));
  // The project has every tail: a name made of the path.
  const Places places = assign({"/a.png"}, {"_outside_project/a.png"});
  EXPECT_THAT(places.at("/a.png"), shaman::test::IsLike("[0-9a-f]{8}\\.png"));
}

TEST(OutsidePlaces, DoNotDependOnTheOrder) {
  std::vector<std::string> texts;
  for (const char* folder : {"/a", "/b", "/a/c", "/b/c", "/c/a"}) {
    for (const char* name : {"/x.png", "/y.png", "/c/", "/s/#", "/s/x.png", "/c/z.png", "/A/x.png"})
      texts.push_back(std::string(folder) + name);
  }
  const Places first = assign(texts);
  std::sort(texts.begin(), texts.end());
  for (int i = 0; i < 50; ++i) {
    std::next_permutation(texts.begin(), texts.end());
    std::rotate(texts.begin(), texts.begin() + 7, texts.end());
    EXPECT_EQ(assign(texts), first);
  }
  std::set<std::string> different;
  for (const auto& [text, place] : first) {
    if (!text.ends_with('#')) different.insert(place);
  }
  EXPECT_EQ(different.size(), texts.size() - 5);
}

TEST(OutsidePlaces, ShortOnes) {
  std::vector<Unit> units{unit("/a/very long name.png"), unit("/a/cache/"), unit("/a/strip.mov"),
                          unit("/a/b.png")};
  for (Unit& made : units)
    made.length = Unit::Length::hashed;
  units[2].keep_name = true;
  units[3].length = Unit::Length::beside;
  units[3].beside = "scenes";
  assign_places(units, {});
  EXPECT_THAT(units[0].place, shaman::test::IsLike("_outside_project/[0-9a-f]{8}\\.png"));
  EXPECT_THAT(units[1].place, shaman::test::IsLike("_outside_project/[0-9a-f]{8}"));
  EXPECT_THAT(units[2].place, shaman::test::IsLike("_outside_project/[0-9a-f]{8}/strip\\.mov"));
  EXPECT_THAT(units[3].place, shaman::test::IsLike("scenes/[0-9a-f]{4}\\.png"));
  // One digit more where that name is taken.
  const std::string taken = units[3].place;
  assign_places(units, {taken});
  EXPECT_THAT(units[3].place, shaman::test::IsLike("scenes/[0-9a-f]{5}\\.png"));
}

TEST(UnitBuilder, BringsTogetherWhatMustMoveAsOne) {
  UnitBuilder builder;
  const auto add = [&](Shape shape, const std::string& folder, std::vector<std::string> names) {
    std::vector<Member> members;
    for (const std::string& name : names)
      members.push_back({name, folder + "/" + name});
    return builder.add(shape, folder, members, false);
  };
  const auto lone = add(Shape::single, "/o/seq", {"readme.png"});
  const auto frame = add(Shape::single, "/o/seq", {"f_2.png"});
  const auto sequence = add(Shape::pattern, "/o/seq", {"f_1.png", "f_2.png"});
  const auto other = add(Shape::pattern, "/o/seq", {"g_1.png"});
  const auto inner = add(Shape::tree, "/o/cache/data", {"x.vdb"});
  const auto outer = add(Shape::tree, "/o/cache", {"config/c.uni"});
  const auto neighbour = add(Shape::tree, "/o/cache-2", {"c.uni"});
  const auto in_tree = add(Shape::pattern, "/o/cache/data", {"x.vdb", "y.vdb"});
  const auto not_in_tree = add(Shape::single, "/o/cache", {"thumb.png"});
  const auto again = add(Shape::single, "/o/seq", {"readme.png"});
  const std::vector<Unit> units = builder.build();

  EXPECT_EQ(units.size(), 5U);
  EXPECT_EQ(builder.where(sequence).unit, builder.where(frame).unit);
  EXPECT_EQ(builder.where(sequence).unit, builder.where(other).unit);
  EXPECT_NE(builder.where(sequence).unit, builder.where(lone).unit);
  EXPECT_EQ(builder.where(lone).unit, builder.where(again).unit);
  EXPECT_EQ(builder.where(outer).unit, builder.where(inner).unit);
  EXPECT_EQ(builder.where(inner).below, "data");
  EXPECT_EQ(builder.where(outer).unit, builder.where(in_tree).unit);
  EXPECT_EQ(builder.where(in_tree).below, "data");
  EXPECT_NE(builder.where(outer).unit, builder.where(neighbour).unit);
  EXPECT_NE(builder.where(outer).unit, builder.where(not_in_tree).unit);
}

}  // namespace
}  // namespace shaman::pack
