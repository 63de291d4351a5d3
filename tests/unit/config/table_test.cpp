// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/table.hpp"

#include <gtest/gtest.h>

#include "example_table.hpp"

namespace shaman::config {
namespace {

class TableTest : public testing::Test {
 protected:
  // What is wrong with one value; nothing where it was taken.
  std::string apply(const std::string& key, const Values& values) {
    const Problems problems = table_.apply({{key, values, "here", 1}});
    return problems.empty() ? "" : problems.front().message();
  }
  Example example_;
  Table table_ = example_.table();
};

TEST_F(TableTest, NamesFollowFromTheKey) {
  const Option& option = *table_.find("gc.max-age");
  EXPECT_EQ(option.flag(), "--gc-max-age");
  EXPECT_EQ(option.variable(), "SHAMAN_GC_MAX_AGE");
  EXPECT_EQ(option.shown_default(), "2h");
}

TEST_F(TableTest, ValuesAreTaken) {
  EXPECT_EQ(apply("storage", {"/srv"}), "");
  EXPECT_EQ(apply("max-size", {"2K"}), "");
  EXPECT_EQ(apply("max-files", {"100"}), "");
  EXPECT_EQ(apply("gc.max-age", {"31d"}), "");
  EXPECT_EQ(apply("gc.timeout", {"20ms"}), "");
  EXPECT_EQ(apply("log-level", {"low"}), "");
  EXPECT_EQ(apply("is-on", {"yes"}), "");
  EXPECT_EQ(apply("places", {"a=b", "c=d"}), "");
  EXPECT_EQ(example_.storage, "/srv");
  EXPECT_EQ(example_.size, 2048U);
  EXPECT_EQ(example_.files, 100U);
  EXPECT_EQ(example_.max_age, std::chrono::hours(744));
  EXPECT_EQ(example_.timeout, std::chrono::milliseconds(20));
  EXPECT_EQ(example_.level, 0U);
  EXPECT_TRUE(example_.is_on);
  EXPECT_EQ(example_.places, (Values{"a=b", "c=d"}));
}

TEST(TableList, EveryWrongEntryIsSaidAndTheListStays) {
  Values taken{"good"};
  Option list{.key = "list",
              .section = {},
              .type = "WORD",
              .text = "Words",
              .example = {},
              .set = {},
              .get = {}};
  list.is_list = true;
  list.set = [&taken](const Values& values) -> result<void> {
    for (const std::string& value : values)
      if (value.starts_with("bad")) return Error{errc::invalid_argument, value + " is bad"};
    taken = values;
    return {};
  };
  list.get = [&taken] { return taken; };
  Table table;
  table.custom(std::move(list));
  const Problems problems = table.apply({{"list", {"bad1", "fine", "bad2"}, "file:7", 7}});
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].message(), "file:7: list: bad1 is bad");
  EXPECT_EQ(problems[1].message(), "file:7: list: bad2 is bad");
  EXPECT_EQ(taken, Values{"good"});
}

TEST_F(TableTest, WhatIsWrongIsSaidInWordsAndChangesNothing) {
  EXPECT_EQ(apply("max-size", {"8"}), "here: max-size: \"8\" is too small; use at least 16");
  EXPECT_EQ(apply("max-size", {"1G"}), "here: max-size: \"1G\" is too large; use at most 1MiB");
  EXPECT_EQ(apply("max-files", {"1.5"}),
            "here: max-files: invalid number \"1.5\" (examples: 0, 12, 1000)");
  EXPECT_EQ(
      apply("gc.max-age", {"1500ms"}),
      "here: gc.max-age: \"1500ms\" is not a whole number of seconds; use 1s or 2s, for example");
  EXPECT_EQ(apply("gc.timeout", {"1ms"}),
            "here: gc.timeout: \"1ms\" is too short; use at least 10ms");
  EXPECT_EQ(apply("log-level", {"loud"}), "here: log-level: \"loud\" must be one of low, high");
  EXPECT_EQ(apply("is-on", {"maybe"}), "here: is-on: \"maybe\" is neither yes nor no");
  EXPECT_EQ(apply("storage", {"a", "b"}), "here: storage: takes one value, not 2");
  EXPECT_EQ(example_.size, 1024U);
  EXPECT_EQ(example_.level, 1U);
}

TEST_F(TableTest, RatesMayEndPerSecond) {
  EXPECT_EQ(apply("rate", {"10K/s"}), "");
  EXPECT_EQ(example_.rate, 10240U);
  EXPECT_EQ(table_.find("rate")->get(), Values{"10KiB/s"});
  EXPECT_EQ(apply("rate", {"1x"}),
            "here: rate: invalid rate \"1x\" (examples: 500K, 10M, 1.5MiB/s)");
  EXPECT_EQ(apply("rate", {"1G/s"}), "here: rate: \"1G/s\" is too large; use at most 1MiB/s");
}

TEST_F(TableTest, FormerNamesAreTakenWithANote) {
  std::vector<Assignment> given{{"gc.age", {"31d"}, "--gc-age"},
                                {"gc.age", {"31d"}, "SHAMAN_GC_AGE"},
                                {"gc.age", {"31d"}, "shaman.yaml:4", 4},
                                {"gc.max-age", {"31d"}, "--gc-max-age"},
                                {"colour", {"red"}, "--colour"}};
  std::string notes;
  for (const Problem& note : table_.rename(given))
    notes += note.message() + "\n";
  EXPECT_EQ(notes,
            "--gc-age is now --gc-max-age\n"
            "SHAMAN_GC_AGE is now SHAMAN_GC_MAX_AGE\n"
            "shaman.yaml:4: gc.age is now gc.max-age\n");
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(given[i].key, "gc.max-age");
  EXPECT_EQ(given[4].key, "colour");
}

TEST_F(TableTest, ValuesByBothNamesMustBeTheSame) {
  EXPECT_TRUE(table_.contradictions({{"gc.age", {"31d"}, "--gc-age"}}).empty());
  EXPECT_TRUE(table_
                  .contradictions({{"gc.age", {"31d"}, "--gc-age"},
                                   {"gc.max-age", {"31d"}, "--gc-max-age"},
                                   {"storage", {"a"}, "--storage"}})
                  .empty());
  const Problems problems = table_.contradictions(
      {{"gc.age", {"31d"}, "shaman.yaml:4", 4}, {"gc.max-age", {"1h"}, "shaman.yaml:2", 2}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message(),
            "gc.max-age has two values, \"1h\" (shaman.yaml:2) and \"31d\" (shaman.yaml:4, by its "
            "former name gc.age): remove one of them");
  EXPECT_EQ(problems[0].line, 4U);
  EXPECT_EQ(problems[0].key, "gc.max-age");
}

TEST_F(TableTest, SaysWhatWasMeant) {
  EXPECT_EQ(apply("max-sise", {"1"}), "here: there is no option max-sise; did you mean max-size?");
  EXPECT_EQ(apply("gc_max_age", {"1"}),
            "here: there is no option gc_max_age; did you mean gc.max-age?");
  EXPECT_EQ(apply("colour", {"1"}), "here: there is no option colour");
}

TEST_F(TableTest, AnOriginThatNamesTheOptionIsNotFollowedByItsName) {
  const Problems problems = table_.apply({{"gc.max-age", {"soon"}, "--max-age"}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems.front().message(),
            "--max-age: invalid duration \"soon\" (examples: 2s, 90m, 36h, 7d, 1h30m)");
}

}  // namespace
}  // namespace shaman::config
