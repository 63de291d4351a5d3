// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/numbered.hpp"

#include <gtest/gtest.h>

namespace shaman::trace {
namespace {

TEST(Numbered, TakesTheLastDigitsOfTheName) {
  const struct {
    std::string_view name, head, tail;
    std::size_t width;
  } cases[] = {
      {"frame_0001.png", "frame_", ".png", 4},
      {"shot0001_final.png", "shot", "_final.png", 4},
      {"v2_take003_b.exr", "v2_take", "_b.exr", 3},
      {"0042", "", "", 4},
      {"a1.tar.gz", "a", ".tar.gz", 1},
  };
  for (const auto& [name, head, tail, width] : cases) {
    const auto found = Numbered::last_digits(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->head, head);
    EXPECT_EQ(found->tail, tail);
    EXPECT_EQ(found->width, width);
  }
  EXPECT_FALSE(Numbered::last_digits("plain.png"));
  EXPECT_FALSE(Numbered::last_digits("clip.mp4")) << "digits of the extension do not count";
  EXPECT_FALSE(Numbered::last_digits("99999999999.png")) << "more than 32 bits";
}

TEST(Numbered, TakesDigitsDirectlyBeforeTheExtension) {
  ASSERT_TRUE(Numbered::before_extension("sim_001.abc"));
  EXPECT_EQ(Numbered::before_extension("sim_001.abc")->head, "sim_");
  EXPECT_FALSE(Numbered::before_extension("sim001_final.abc"));
}

TEST(Numbered, KnowsItsFrames) {
  const Numbered pattern{"f_", ".png", 4};
  for (const char* name : {"f_0001.png", "f_0000.png", "f_9999.png", "f_12345.png"})
    EXPECT_TRUE(pattern.matches(name)) << name;
  for (const char* name : {"f_001.png", "f_00001.png", "f_preview.png", "f_0001.jpg", "g_0001.png",
                           "f_.png", "f_0001.png.bak", "f_0001_b.png", "F_0001.png"})
    EXPECT_FALSE(pattern.matches(name)) << name;
  EXPECT_FALSE((Numbered{"aba", "ba", 1}.matches("aba"))) << "head and tail may not overlap";
}

TEST(Tiles, AreNumberedInBothNotations) {
  EXPECT_EQ(tile_name("wall.<UDIM>.png", 1012), "wall.1012.png");
  EXPECT_EQ(tile_name("wall_<UVTILE>.png", 1001), "wall_u1_v1.png");
  EXPECT_EQ(tile_name("wall_<UVTILE>.png", 1012), "wall_u2_v2.png");
  EXPECT_EQ(tile_name("wall_<UVTILE>.png", 1010), "wall_u10_v1.png");
  EXPECT_EQ(tile_name("<UDIM>/a<UDIM><UVTILE>", 1001), "1001/a1001<UVTILE>");
}

TEST(Tiles, OfOldFilesAreNamedByOneOfThem) {
  EXPECT_EQ(old_tile_pattern("wall.1001.png"), "wall.<UDIM>.png");
  EXPECT_EQ(old_tile_pattern("v002_wall_1011_col.png"), "v002_wall_<UDIM>_col.png");
  EXPECT_EQ(old_tile_pattern("wall_u1_v2.png"), "wall_<UVTILE>.png");
  EXPECT_EQ(old_tile_pattern("wall1001.png"), "wall<UDIM>.png");
  EXPECT_EQ(old_tile_pattern("wall.png"), "wall.png");
}

}  // namespace
}  // namespace shaman::trace
