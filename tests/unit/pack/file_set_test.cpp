// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/file_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::pack {
namespace {

using trace::Dependency;
using trace::Kind;

Dependency dependency(Kind kind, std::string stored, std::string resolved,
                      std::vector<std::string> files) {
  Dependency made;
  made.kind = kind;
  made.stored = std::move(stored);
  made.resolved = std::move(resolved);
  made.files = std::move(files);
  return made;
}

std::vector<std::string> names(const FileSet& set) {
  std::vector<std::string> out;
  for (const Member& member : set.members)
    out.push_back(member.name);
  return out;
}

TEST(FileSet, OfOneFile) {
  const auto set = file_set_of(dependency(Kind::image, "//A.png", "/p/A.png", {"/p/a.png"}), false);
  EXPECT_EQ(set.shape, Shape::single);
  EXPECT_EQ(set.folder, "/p");
  EXPECT_THAT(names(set), ::testing::ElementsAre("a.png"));
}

TEST(FileSet, OfAPatternInFoldersOfOtherCase) {
  const auto set =
      file_set_of(dependency(Kind::image_tiles, "//Tex/w.<UDIM>.png", "/p/Tex/w.<UDIM>.png",
                             {"/p/tex/w.1001.png", "/p/tex/w.1002.png"}),
                  false);
  EXPECT_EQ(set.shape, Shape::pattern);
  EXPECT_EQ(set.folder, "/p/tex");
  EXPECT_THAT(names(set), ::testing::ElementsAre("w.1001.png", "w.1002.png"));
}

TEST(FileSet, OneFrameIsAPatternStill) {
  const auto set = file_set_of(
      dependency(Kind::image_sequence, "//s/f_001.png", "/p/s/f_001.png", {"/p/s/f_001.png"}),
      false);
  EXPECT_EQ(set.shape, Shape::pattern);
  EXPECT_EQ(set.folder, "/p/s");
}

TEST(FileSet, OfAFolder) {
  auto fluid = dependency(Kind::fluid_cache, "//cache", "/p/cache",
                          {"/p/cache/config/c.uni", "/p/cache/data/d.vdb"});
  fluid.resolved_is_folder = true;
  const auto set = file_set_of(fluid, false);
  EXPECT_EQ(set.shape, Shape::tree);
  EXPECT_EQ(set.folder, "/p/cache");
  EXPECT_THAT(names(set), ::testing::ElementsAre("config/c.uni", "data/d.vdb"));
}

TEST(FileSet, OfAStripKeepsTheNameThatIsLookedFor) {
  auto strip = dependency(Kind::image, "//vse/", "/p/vse/A.PNG", {"/p/vse/a.png"});
  strip.stored_name = "A.PNG";
  auto set = file_set_of(strip, false);
  EXPECT_EQ(set.shape, Shape::single);
  EXPECT_EQ(set.folder, "/p/vse");
  EXPECT_THAT(names(set), ::testing::ElementsAre("A.PNG"));
  set = file_set_of(strip, true);
  EXPECT_EQ(set.shape, Shape::pattern);
}

TEST(PatternName, HasTheLettersOfTheDisk) {
  struct Case {
    Kind kind;
    std::string stored;
    std::vector<std::string> files;
    std::string name;
  };
  const std::vector<Case> cases{
      {Kind::image_tiles, "//t\\w.<UDIM>.png", {"/p/w.1001.png"}, "w.<UDIM>.png"},
      {Kind::image_tiles, "//t/W.<UDIM>.PNG", {"/p/w.1001.png"}, "w.<UDIM>.png"},
      {Kind::image_tiles, "//t/\u00fc<UDIM>.png", {"/p/u\u03081001.png"}, "u\u0308<UDIM>.png"},
      {Kind::image_tiles, "//W_<UVTILE>.png", {"/p/w_u1_v12.png"}, "w_<UVTILE>.png"},
      {Kind::image_tiles, "//w.1001.png", {"/p/w.1001.png", "/p/w.1002.png"}, "w.1001.png"},
      {Kind::image_sequence, "//F_0001.png", {"/p/f_0001.png"}, "f_0001.png"},
      {Kind::image_sequence, "//f_0001.png", {"/p/f_0002.png"}, "f_0001.png"},
      {Kind::image_sequence, "//F_0001.png", {"/p/f_0002.png"}, "f_0001.png"},
      {Kind::image_sequence, "//s0001_FIN.png", {"/p/s0003_fin.png"}, "s0001_fin.png"},
      {Kind::image_sequence, "//f.png", {"/p/f.png"}, "f.png"},
  };
  for (const Case& c : cases) {
    const Dependency made = dependency(c.kind, c.stored, "/p/x", c.files);
    EXPECT_EQ(pattern_name(made, file_set_of(made, false)), c.name) << c.stored;
  }
}

}  // namespace
}  // namespace shaman::pack
