// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/job_usage.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "shaman/fs/local.hpp"

#include "temporary_folder.hpp"

namespace shaman::jobs {
namespace {

class JobUsageTest : public ::testing::Test {
 protected:
  JobUsageTest() { std::filesystem::create_directories(path(".shaman")); }

  [[nodiscard]] std::string path(const std::string& below) const {
    return temporary_.path("storage/" + below);
  }
  void write_whole() const {
    JobUsage usage;
    usage.checkouts["film/shot"] = {{"job"}, 7, 8, "abc"};
    usage.first_seen["job"] = {{"film/shot", "abc"}};
    usage.deleted_jobs = {"gone"};
    usage.held = {{{"other", "def"}, Ended::never_had_job, 5, 6}};
    usage.age_in_force = 9;
    usage.ages_looked_at = 10;
    const auto written = files_.write(usage);
    ASSERT_TRUE(written) << written.error().message();
  }
  void expect_unusable(const std::string& words) const {
    const auto read = files_.read();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::damaged_file);
    EXPECT_THAT(read.error().message(), testing::HasSubstr(words));
    EXPECT_THAT(read.error().message(), testing::HasSubstr("known.json"));
  }

  test::TemporaryFolder temporary_;
  mutable fs::LocalFileSystem file_system_;
  const JobUsageFiles files_{file_system_, temporary_.path("storage")};
};

TEST_F(JobUsageTest, IsReadAsItWasWritten) {
  EXPECT_TRUE(files_.read()->checkouts.empty()) << "there is no file yet";
  write_whole();
  write_whole();
  const auto read = files_.read();
  ASSERT_TRUE(read);
  EXPECT_EQ(read->checkouts.at("film/shot").jobs, std::set<std::string>{"job"});
  EXPECT_EQ(read->checkouts.at("film/shot").gone_since, 7);
  EXPECT_EQ(read->checkouts.at("film/shot").not_after, 8);
  EXPECT_EQ(read->checkouts.at("film/shot").identity, "abc");
  EXPECT_EQ(read->first_seen.at("job"), (FirstSeen{{"film/shot", "abc"}}));
  EXPECT_EQ(read->deleted_jobs, std::set<std::string>{"gone"});
  EXPECT_EQ(read->held,
            (std::vector<HeldCheckout>{{{"other", "def"}, Ended::never_had_job, 5, 6}}));
  EXPECT_EQ(read->age_in_force, 9);
  EXPECT_EQ(read->ages_looked_at, 10);
  const std::vector<CheckoutId> other{{"other", "def"}};
  ASSERT_TRUE(files_.write_confirmed({other, "anna"}));
  EXPECT_EQ(files_.read_confirmed()->checkouts, other);
  EXPECT_EQ(files_.read_confirmed()->by, "anna");
  files_.forget_confirmed();
  EXPECT_TRUE(files_.read_confirmed()->checkouts.empty());
}

TEST_F(JobUsageTest, WhatAnOlderServerWroteKnowsPathsOnly) {
  temporary_.write("storage/.shaman/jobs/known.json",
                   R"({"checkouts":{"film":{"jobs":["1"],"goneSince":7}},
                       "deletedJobs":["1"],"held":["film"]})");
  temporary_.write("storage/.shaman/jobs/confirmed.json", R"(["film"])");
  const auto read = files_.read();
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->checkouts.at("film").identity, "");
  EXPECT_EQ(read->held, (std::vector<HeldCheckout>{{{"film", ""}}}));
  EXPECT_TRUE(read->first_seen.empty());
  EXPECT_EQ(files_.read_confirmed()->checkouts, (std::vector<CheckoutId>{{"film", ""}}));
}

TEST_F(JobUsageTest, APipeHoldsNobody) {
  std::filesystem::create_directories(path(".shaman/jobs"));
  ASSERT_EQ(::mkfifo(path(".shaman/jobs/known.json").c_str(), 0666), 0);
  expect_unusable("is not a regular file");
}

TEST_F(JobUsageTest, AFolderInPlaceOfTheFileIsTold) {
  std::filesystem::create_directories(path(".shaman/jobs/known.json"));
  expect_unusable("is not a regular file");
  const auto written = files_.write({});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), testing::HasSubstr("known.json"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path(".shaman/jobs")), {}), 1)
      << "no temporary file stays";
}

TEST_F(JobUsageTest, NothingIsReadOrWrittenThroughALink) {
  const std::string outside = temporary_.write("outside/known.json", "{}");
  std::filesystem::create_directory_symlink(temporary_.path("outside"), path(".shaman/jobs"));
  expect_unusable("is a link");
  EXPECT_FALSE(files_.write({}));
  EXPECT_FALSE(files_.write_confirmed({{{"x", "y"}}, {}}));
  files_.forget_confirmed();
  EXPECT_EQ(test::TemporaryFolder::read(outside), "{}");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(temporary_.path("outside")), {}), 1);
}

TEST_F(JobUsageTest, ALinkInPlaceOfTheFileIsNotFollowedButReplaced) {
  const std::string outside = temporary_.write("outside", "{}");
  std::filesystem::create_directories(path(".shaman/jobs"));
  std::filesystem::create_symlink(outside, path(".shaman/jobs/known.json"));
  expect_unusable("is a link");
  write_whole();
  EXPECT_TRUE(files_.read());
  EXPECT_EQ(test::TemporaryFolder::read(outside), "{}");
}

TEST_F(JobUsageTest, DamageIsTold) {
  std::filesystem::create_directories(path(".shaman/jobs"));
  std::ofstream(path(".shaman/jobs/known.json")) << "[[[";
  expect_unusable("is damaged");
}

}  // namespace
}  // namespace shaman::jobs
