// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/name_match.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::name_match {
namespace {

struct Row {
  const char* written;
  const char* name;
  bool fits;
};

TEST(NameMatch, APatternStandsForTheNamesThatShellsAndRenderersTakeItFor) {
  const Row rows[] = {
      {"*", "shot", true},
      {"sh*t", "shot", true},
      {"sh*t", "shots", false},
      {"**", "shot", true},
      {"s?ot", "shot", true},
      {"s?t", "shot", false},
      {"sh?t", "sh\u00f6t", true},
      {"sho[a-z]", "shot", true},
      {"sho[!t]", "shot", false},
      {"sho[!x]", "shot", true},
      {"sho[]t]", "shot", true},
      {"sho[t", "sho[t", true},
      {"S*T", "shot", true},
      {"{shot,x}", "shot", true},
      {"shot{1..9}", "shot5", true},
      {"{jobs}", "shot", false},
      {"shot##", "shot0042", true},
      {"shot#", "shotx", false},
      {"shot%04d", "shot17", true},
      {"shot%d", "shot", true},
      {"100%", "100%", true},
      {"shot [v2]", "shot 2", true},
      {"shot [v2]", "shot final", false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(fits(row.written, row.name), row.fits) << row.written << " " << row.name;
}

TEST(NameMatch, PatternsAreToldFromNames) {
  for (const char* const pattern : {"*", "a?", "[ab]", "{a,b}", "{1..2}", "x#", "%d", "%03d"})
    EXPECT_TRUE(is_pattern(pattern)) << pattern;
  for (const char* const name : {"", "shot", "a[b", "{jobs}", "100%", "a]b", "{a"})
    EXPECT_FALSE(is_pattern(name)) << name;
  EXPECT_TRUE(is_any_depth("a**"));
  EXPECT_FALSE(is_any_depth("a*"));
}

TEST(NameMatch, SomeSystemsTakeNamesForTheSame) {
  const Row rows[] = {
      {"SHOT", "shot", true},    {"\u00c4ra", "\u00e4ra", true}, {"shot.", "shot", true},
      {"shot. .", "shot", true}, {"shot", "shot.", true},        {"shots", "shot", false},
      {" shot", "shot", false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(is_same_to_some(row.written, row.name), row.fits) << row.written;
}

TEST(NameMatch, ProgramsEndAPathAtABlank) {
  const Row rows[] = {
      {"shot -x", "shot", true}, {"Shot\"", "shot", true}, {"shot;", "shot", true},
      {"shot\n", "shot", true},  {"shot", "shot", false},  {"shots x", "shot", false},
      {"shot-x", "shot", false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(ends_with_more(row.written, row.name), row.fits) << row.written;
  EXPECT_TRUE(ends_with_more(std::string("shot\0x", 6), "shot"));
}

}  // namespace
}  // namespace shaman::name_match
