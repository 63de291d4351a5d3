// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/header.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace shaman::blend {
namespace {

result<Header> parse(std::string_view text) {
  return Header::parse(std::as_bytes(std::span(text)), "/p/a.blend");
}

TEST(Header, ReadsTheClassicForm) {
  const result<Header> header = parse("BLENDER-v304REND");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->size, 12U);
  EXPECT_EQ(header->pointer_size, 8U);
  EXPECT_FALSE(header->big_endian);
  EXPECT_FALSE(header->long_block_heads);
  EXPECT_EQ(header->version, 304);
  EXPECT_EQ(header->block_head_size(), 24U);
}

TEST(Header, ReadsFilesOfOldMachines) {
  const result<Header> header = parse("BLENDER_V236");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->pointer_size, 4U);
  EXPECT_TRUE(header->big_endian);
  EXPECT_EQ(header->block_head_size(), 20U);
}

TEST(Header, ReadsBlender5) {
  const result<Header> header = parse("BLENDER17-01v0502");
  ASSERT_TRUE(header);
  EXPECT_EQ(header->size, 17U);
  EXPECT_EQ(header->version, 502);
  EXPECT_TRUE(header->long_block_heads);
  EXPECT_EQ(header->block_head_size(), 32U);
}

TEST(Header, SaysWhatIsWrongAndWhere) {
  const struct {
    std::string_view text;
    std::string_view where;
  } cases[] = {{"", "is empty"},
               {"PK\x03\x04", "is not a .blend file"},
               {"BLENDER", "byte 7"},
               {"BLENDER*v304", "byte 7"},
               {"BLENDER-x304", "byte 8"},
               {"BLENDER-v3x4", "byte 9"},
               {"BLENDER-v30", "ends too early, at byte 11; copy it again"},
               {"BLENDER18-01v0502", "byte 7"},
               {"BLENDER17_01v0502", "byte 9"},
               {"BLENDER17-02v0502", "byte 10"},
               {"BLENDER17-01x0502", "byte 12"},
               {"BLENDER17-01v050x", "byte 13"},
               {"BLENDER17-01v050", "byte 16"}};
  for (const auto& [text, where] : cases) {
    const result<Header> header = parse(text);
    ASSERT_FALSE(header) << text;
    EXPECT_EQ(header.error().code, errc::damaged_file);
    EXPECT_NE(header.error().detail.find(where), std::string::npos) << header.error().detail;
    EXPECT_NE(header.error().detail.find("/p/a.blend"), std::string::npos);
  }
}

}  // namespace
}  // namespace shaman::blend
