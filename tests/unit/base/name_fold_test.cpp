// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/name_fold.hpp"

#include <string>

#include <gtest/gtest.h>

#include "shaman/text.hpp"

namespace shaman::text {
namespace {

TEST(NameFold, FileSystemsWithoutCaseTakeTheseForOneName) {
  const char* const rows[][2] = {
      {"SHOT", "shot"},
      {"\u00c4ra", "\u00e4ra"},
      {"\u00e4", "a\u0308"},               // composed or not
      {"Wei\u00df", "WEISS"},              // full folding
      {"Wei\u1e9e", "weiss"},              // the capital sharp s
      {"\u03a3", "\u03c2"},                // the sigma at a word's end
      {"sh\u00adot", "sh\u200bot"},        // ignorable characters
      {"a\u0323\u0307", "a\u0307\u0323"},  // the order of marks
      {"\u017fhot", "SHOT"},               // the long s
      {"\u1100\u1161", "\uac00"},          // Hangul
      {"\ufb01lm", "film"},                // a ligature folds to its letters
      {"a\xff", "A\xff"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(fully_folded(row[0]), fully_folded(row[1])) << row[0];
}

TEST(NameFold, OtherNamesStayApart) {
  EXPECT_NE(fully_folded("a"), fully_folded("\u00e4"));
  EXPECT_NE(fully_folded("a\xff"), fully_folded("a\xfe"));
  EXPECT_NE(fully_folded("\uff41"), fully_folded("a")) << "compatibility is not sameness";
  EXPECT_NE(fully_folded("shot."), fully_folded("shot"));
}

TEST(NameFold, SimplyFoldedNamesHaveAsManyCharactersAsAPersonSees) {
  EXPECT_EQ(simply_folded("Sho\u0308T"), code_points("sh\u00f6t"));
  EXPECT_EQ(simply_folded("WEI\u00df").size(), 4U);
}

TEST(NameFold, EveryCharacterFolds) {
  for (char32_t point = 0x80; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point < 0xe000) continue;
    std::string text;
    const auto add = [&text](unsigned byte) { text += static_cast<char>(byte); };
    if (point < 0x800) {
      add(0xc0U | point >> 6U);
    } else if (point < 0x10000) {
      add(0xe0U | point >> 12U);
      add(0x80U | (point >> 6U & 0x3fU));
    } else {
      add(0xf0U | point >> 18U);
      add(0x80U | (point >> 12U & 0x3fU));
      add(0x80U | (point >> 6U & 0x3fU));
    }
    add(0x80U | (point & 0x3fU));
    ASSERT_EQ(code_points(text), std::vector<char32_t>{point});
    ASSERT_LE(fully_folded(text).size(), 64U) << std::hex << static_cast<unsigned>(point);
    ASSERT_LE(simply_folded(text).size(), 4U) << std::hex << static_cast<unsigned>(point);
  }
}

}  // namespace
}  // namespace shaman::text
