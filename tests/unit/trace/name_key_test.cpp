// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/name_key.hpp"

#include <gtest/gtest.h>

namespace shaman::trace {
namespace {

TEST(NameKey, IsTheSameForNamesThatArtistsTakeForTheSame) {
  const struct {
    std::string_view a;
    std::string_view b;
    std::string_view why;
  } same[] = {
      {"Wall.PNG", "wall.png", "case"},
      {"\u00dcbung", "U\u0308bung", "composed and decomposed"},
      {"\u00dcbung", "u\u0308bung", "both"},
      {"\u0421\u0426\u0415\u041d\u0410", "\u0441\u0446\u0435\u043d\u0430", "Cyrillic"},
      {"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3",
       "both small sigmas"},
      {"\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af", "Hangul"},
      {"\u30d6\u30ea\u30c3\u30af", "\u30d5\u3099\u30ea\u30c3\u30af", "voiced kana"},
      {"\u1ec7", "e\u0323\u0302", "two marks"},
      {"e\u0302\u0323", "e\u0323\u0302", "marks in any order"},
      {"\u1fbc", "\u03b1\u0345", "a mark that folds to a letter"},
      {"caf\xe9.png", "caf\u00e9.png", "Latin-1"},
  };
  for (const auto& [a, b, why] : same)
    EXPECT_EQ(name_key(a), name_key(b)) << why;
}

TEST(NameKey, DiffersForNamesThatDiffer) {
  EXPECT_NE(name_key("wall.png"), name_key("wall.jpg"));
  EXPECT_NE(name_key("uber"), name_key("\u00fcber"));
  EXPECT_NE(name_key("strasse"), name_key("stra\u00dfe"));
  EXPECT_NE(name_key("a b"), name_key("ab"));
  EXPECT_EQ(name_key(""), "");
}

}  // namespace
}  // namespace shaman::trace
