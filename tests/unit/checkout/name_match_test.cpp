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
      {"{blend_name}", "shot", true},
      {"s{x}t", "shot", true},
      {"s{x}t", "film", false},
      {"s$x", "shot", true},
      {"${x}ot", "shot", true},
      {"%SHOT%", "shot", true},
      {"<shot>", "shot", true},
      {"shot##", "shot0042", true},
      {"shot#", "shotx", false},
      {"shot%04d", "shot17", true},
      {"shot%d", "shot", true},
      {"100%", "100%", true},
      {"shot [v2]", "shot 2", true},
      {"shot [v2]", "shot final", false},
      {"s[[:lower:]]ot", "shot", true},
      {"s[[:lower:][:digit:]x]ot", "shot", true},
      {"s[[:lower:]", "sh", true},
      {"s[:h]ot", "shot", true},
      {"@(shot|x)", "shot", true},
      {"s+(h|x)ot", "shot", true},
      {"!(x)", "shot", true},
      {"sh@(ot", "shot", false},
      {"s%st", "shot", true},
      {"shot%ld", "shot17", true},
      {"shot%1$d", "shot17", true},
      {"shot%(n)d", "shot17", true},
      {"shot%{n}", "shot17", true},
      {"shot$1", "shot17", true},
      {"shot$(date)", "shot17", true},
      {"shot{fps:.0f}", "shot24", true},
      {"%SHOT:~0,5%", "shot", true},
      {"!SHOT:a=b!", "shot", true},
      {"<shot name>", "shot", true},
      {"shot_%Y", "shot_2026", true},
      {"shot%-8s", "shot1", true},
      {"!SHOT!", "shot", true},
      {"sh!", "shot", false},
      {"we\u00df*", "WESSEX", true},
      {"sh\u00ado*", "shot", true},
      {"a\u0308?", "\u00c4b", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(fits(row.written, row.name), row.fits) << row.written << " " << row.name;
}

TEST(NameMatch, PatternsAreToldFromNames) {
  for (const char* const pattern : {"*", "a?", "[ab]", "{a,b}", "{1..2}", "x#", "%d", "%03d", "{x}",
                                    "$x", "<UDIM>", "%x%", "@(a)", "+(a|b)", "%s", "!x!"})
    EXPECT_TRUE(is_pattern(pattern)) << pattern;
  for (const char* const name : {"", "shot", "a[b", "100%", "a]b", "{a", "a}", "a$", "a<b", "a@b",
                                 "a+b", "@(a", "what!", "5 % x"})
    EXPECT_FALSE(is_pattern(name)) << name;
  EXPECT_TRUE(kinds_of("a**").is_any_depth);
  EXPECT_TRUE(kinds_of("a{x}").is_any_depth);
  EXPECT_FALSE(kinds_of("a*").is_any_depth);
  EXPECT_FALSE(kinds_of("{a,b}").is_any_depth);
  EXPECT_TRUE(kinds_of("{x}b").is_any_or_none);
  EXPECT_FALSE(kinds_of("b{x}").is_any_or_none);
}

TEST(NameMatch, WhatStandsForEveryNameNamesNothing) {
  for (const char* const written : {"*", "**", "{x}", "##", "<x>", "?", "..", "@(a|b)", "%s"})
    EXPECT_FALSE(names_something(written)) << written;
  for (const char* const written : {"a", "a*", "{x}.png", ".k*"})
    EXPECT_TRUE(names_something(written)) << written;
}

TEST(NameMatch, WindowsHasShortNames) {
  for (const char* const written : {"SECRET~1", "secret~1.ble", "SECRE~12", "SE1A2B~3"})
    EXPECT_TRUE(is_short_for(written, "Secret Project")) << written;
  EXPECT_TRUE(is_short_for("SHAMAN~1", ".shaman"));
  EXPECT_TRUE(is_short_for("FILE-S~1", "file-store"));
  for (const char* const written :
       {"~1", "secrets~1", "secret~", "secret~1.blend", "secret", "shot~1", "PROGRA~1", "S~1"})
    EXPECT_FALSE(is_short_for(written, "Secret Project")) << written;
}

TEST(NameMatch, AShortNameMayBeAnyName) {
  for (const char* const written :
       {"BJRN~1", "STRAEB~1", "1F03~1", "A_B~1", "s~1.ble", "X1Y2Z3~A", "SECRE~12 -o", "S~1\""})
    EXPECT_TRUE(is_short(written)) << written;
  for (const char* const written : {"~1", "shot~", "secrets~1", "shot~1.blend", "a.b~1", "shot"})
    EXPECT_FALSE(is_short(written)) << written;
}

TEST(NameMatch, SomePatternsLeadUp) {
  for (const char* const pattern : {".?", ".[.]", "[.].", "[.][.]", ".*", "{..,x}", "@(..|x)"})
    EXPECT_TRUE(may_lead_up(pattern)) << pattern;
  for (const char* const pattern : {"..", "*", "*.*", "{x}", "?", "shot.*", "[a-z]?", ".k*", "#"})
    EXPECT_FALSE(may_lead_up(pattern)) << pattern;
}

TEST(NameMatch, SomeSystemsTakeNamesForTheSame) {
  const Row rows[] = {
      {"SHOT", "shot", true},       {"\u00c4ra", "\u00e4ra", true}, {"shot.", "shot", true},
      {"shot. .", "shot", true},    {"shot", "shot.", true},        {"shots", "shot", false},
      {" shot", "shot", false},     {"WEISS", "wei\u00df", true},   {"a\u0308ra", "\u00c4ra", true},
      {"sh\u200bot", "shot", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(is_same_to_some(row.written, row.name), row.fits) << row.written;
}

TEST(NameMatch, ProgramsEndAPathAtABlank) {
  const Row rows[] = {
      {"shot -x", "shot", true}, {"Shot\"", "shot", true}, {"shot;", "shot", true},
      {"shot\n", "shot", true},  {"shot", "shot", true},   {"shots x", "shot", false},
      {"shot-x", "shot", false}, {"s*t -x", "shot", true}, {"shot. .", "shot", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(fits_beginning(row.written, row.name), row.fits) << row.written;
  EXPECT_TRUE(fits_beginning(std::string("shot\0x", 6), "shot"));
}

TEST(NameMatch, AWordMayBeginBehindWhatIsNotOfWords) {
  const Row rows[] = {
      {"jobs", "jobs", true},       {"j*", "jobs", true},       {"jo[b]s", "jobs", true},
      {"--out=JOBS", "jobs", true}, {"my-jobs", "jobs", false}, {"my*", "jobs", false},
      {"jobs.", "jobs", true},      {"jobs .", "jobs", true},   {"jobs::$DATA", "jobs", true},
      {"{jobs,x}", "jobs", true},   {"{farm}", "jobs", true},   {"jobsite", "jobs", false},
      {"jobs.old", "jobs", false},  {"?obs", "jobs", true},     {"j{x}s", "jobs", true},
      {"JOB\u017f", "jobs", true},
  };
  for (const Row& row : rows)
    EXPECT_EQ(fits_some_word(row.written, row.name), row.fits) << row.written;
}

TEST(NameMatch, BracketsAloneAreNoWork) {
  for (const char* const bracket :
       {"[", "{", "{]", "[}", "%", "<", "[:", "[:a:]", "[[:a:]", "@(", "!a", "%-"}) {
    std::string text;
    for (int i = 0; i < 300'000; ++i)
      text += bracket;
    EXPECT_FALSE(fits_some_word(text + "1", "jobs")) << bracket;
  }
}

}  // namespace
}  // namespace shaman::name_match
