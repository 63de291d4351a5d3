// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "config/sources.hpp"
#include "example_table.hpp"
#include "temporary_folder.hpp"

namespace shaman::config {
namespace {

class FileTest : public testing::Test {
 protected:
  ~FileTest() override { std::filesystem::remove(path_); }
  // All problems with a file, a line each; what can be used of it is applied.
  std::string read(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    Given given = read_file(table_, path_);
    for (const Problem& problem : table_.apply(given.assignments))
      given.problems.push_back(problem);
    for (const Problem& problem : given.problems)
      EXPECT_TRUE(problem.message().find(":" + std::to_string(problem.line) + ": ") !=
                  std::string::npos)
          << problem.message();
    std::string all;
    for (const Problem& problem : given.problems)
      all += problem.message().substr(path_.size() + 1) + "\n";
    return all;
  }
  Example example_;
  Table table_ = example_.table();
  const std::string path_ = testing::TempDir() + "shaman-file-test-" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml";
};

TEST_F(FileTest, OptionsAndGroupsAreRead) {
  EXPECT_EQ(read("# a comment\nstorage: /srv/shaman\nmax-size: \"2 KiB\"\n"
                 "gc:\n  max-age: 31d\n  timeout: 0.5\nis-on: on\n"),
            "");
  EXPECT_EQ(example_.storage, "/srv/shaman");
  EXPECT_EQ(example_.size, 2048U);
  EXPECT_EQ(example_.max_age, std::chrono::hours(744));
  EXPECT_EQ(example_.timeout, std::chrono::milliseconds(500));
  EXPECT_TRUE(example_.is_on);
}

TEST_F(FileTest, ListsMayBeOneSequencesOrMaps) {
  EXPECT_EQ(read("places: a=b\n"), "");
  EXPECT_EQ(example_.places, (Values{"a=b"}));
  EXPECT_EQ(read("places: [a=b, c=d]\n"), "");
  EXPECT_EQ(example_.places, (Values{"a=b", "c=d"}));
  EXPECT_EQ(read("places:\n  linux: /a\n  windows: S:/b\n"), "");
  EXPECT_EQ(example_.places, (Values{"linux=/a", "windows=S:/b"}));
}

TEST_F(FileTest, AnEmptyFileAndEmptyGroupsAreGood) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("# nothing\n"), "");
  EXPECT_EQ(read("gc:\n  # max-age: 1h\n"), "");
}

TEST_F(FileTest, EveryProblemIsFoundWithItsLine) {
  EXPECT_EQ(read("storage: /srv\nmax-sise: 1\ngc:\n  max-age: soon\n  maxage: 2h\nmax-files: 0\n"),
            "2: there is no option max-sise; did you mean max-size?\n"
            "5: there is no option gc.maxage; did you mean gc.max-age?\n"
            "4: gc.max-age: invalid duration \"soon\" (examples: 2s, 90m, 36h, 7d, 1h30m)\n"
            "6: max-files: \"0\" is too small; use at least 1\n");
}

TEST_F(FileTest, ShapesThatDoNotFitAreProblems) {
  EXPECT_EQ(read("storage:\n"), "1: storage has no value; it takes DIR\n");
  EXPECT_EQ(read("storage: [a, b]\n"), "1: storage: this must be one DIR\n");
  EXPECT_EQ(read("gc: 5\n"), "1: gc is a group of options, not an option; indent its options\n");
  EXPECT_EQ(read("- storage\n"), "1: expected `option: value`, one per line\n");
  EXPECT_EQ(read("storage: a\nis-on: no\nstorage: b\n"),
            "3: storage was given before, in line 1\n");
}

TEST_F(FileTest, WhatIsNoYamlIsSaidWithItsLine) {
  const std::string problem = read("storage: /srv\ngc: {max-age: 1h\nis-on: [\n");
  EXPECT_NE(problem.find("invalid YAML: "), std::string::npos) << problem;
  EXPECT_TRUE(problem.front() >= '1' && problem.front() <= '9') << problem;
}

TEST_F(FileTest, AFileThatCannotBeReadIsAProblem) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("shaman.yaml");
  const Given none = read_file(table_, path);
  ASSERT_EQ(none.problems.size(), 1U);
  EXPECT_EQ(none.problems[0].message(),
            "the configuration file: cannot open \"" + path + "\": No such file or directory");
  const Given no_file = read_file(table_, folder.path());
  ASSERT_EQ(no_file.problems.size(), 1U);
  EXPECT_EQ(no_file.problems[0].message(), "the configuration file: \"" + folder.path() +
                                               "\" is a folder, but must be a regular file");
}

}  // namespace
}  // namespace shaman::config
