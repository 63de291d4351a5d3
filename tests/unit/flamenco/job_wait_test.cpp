// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/job/job_wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::manager {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using Next = JobWait::Next;

const Error kAway{errc::unreachable, "no server answers"};

Job job_that_is(const std::string& status) {
  Job job;
  job.status = status;
  return job;
}

TEST(JobWait, EndsWithTheJob) {
  EXPECT_EQ(JobWait().answered(job_that_is("active"), {}), Next::wait);
  EXPECT_EQ(JobWait().answered(job_that_is("completed"), {}), Next::completed);
  EXPECT_EQ(JobWait().answered(job_that_is("failed"), {}), Next::failed);
  EXPECT_EQ(JobWait().answered(job_that_is("canceled"), {}), Next::canceled);
}

TEST(JobWait, GivesUpAManagerThatIsAwayForTooLong) {
  JobWait wait({minutes(3), 5});
  const JobWait::Time begin{};
  EXPECT_EQ(wait.answered(job_that_is("active"), {}), Next::wait);
  EXPECT_EQ(wait.failed_to_ask(kAway, begin), Next::wait);
  EXPECT_TRUE(wait.is_absent());
  EXPECT_EQ(wait.failed_to_ask(kAway, begin + minutes(3) - seconds(1)), Next::wait);
  EXPECT_EQ(wait.failed_to_ask(kAway, begin + minutes(3)), Next::given_up);
}

TEST(JobWait, CountsOnlyOneAbsence) {
  JobWait wait({minutes(3), 5});
  const JobWait::Time begin{};
  EXPECT_EQ(wait.failed_to_ask(kAway, begin), Next::wait);
  EXPECT_EQ(wait.answered(job_that_is("active"), {}), Next::wait);
  EXPECT_FALSE(wait.is_absent());
  EXPECT_EQ(wait.failed_to_ask(kAway, begin + minutes(4)), Next::wait);
  EXPECT_EQ(wait.failed_to_ask(kAway, begin + minutes(7)), Next::given_up);
}

TEST(JobWait, WhenStoppedKnowsNothingOfTheManager) {
  JobWait wait;
  EXPECT_EQ(wait.failed_to_ask({errc::cancelled, {}}, {}), Next::wait);
  EXPECT_FALSE(wait.is_absent());
}

TEST(JobWait, SaysAfterAnAbsenceHowToGoOn) {
  const Error told = JobWait().after_absence(kAway, "ID");
  EXPECT_EQ(told.code, errc::unreachable);
  EXPECT_THAT(told.message(),
              HasSubstr("stopped waiting after 10 minutes without an answer from the Manager"));
  EXPECT_THAT(told.message(),
              HasSubstr("no server answers; the job continues. `shaman job wait ID` "));
  EXPECT_EQ(JobWait({minutes(1), 5}).longest_absence(), "1 minute");
}

TEST(JobWait, TellsADeletedJobFromAnUnknownOne) {
  const Error none{errc::not_found, "the Manager has no job"};
  JobWait wait;
  EXPECT_EQ(wait.failed_to_ask(none, {}), Next::unknown);
  EXPECT_EQ(wait.answered(job_that_is("queued"), {}), Next::wait);
  EXPECT_EQ(wait.failed_to_ask(none, {}), Next::deleted);
}

TEST(JobWait, EndsWhereNothingIsLeftToRunForAWhile) {
  const TaskCounts ended = count({{"1", "a", "completed", ""}, {"2", "b", "failed", ""}});
  const TaskCounts again = count({{"1", "a", "completed", ""}, {"2", "b", "soft-failed", ""}});
  JobWait wait({minutes(3), 2});
  EXPECT_EQ(wait.answered(job_that_is("active"), ended), Next::wait);
  EXPECT_EQ(wait.answered(job_that_is("active"), again), Next::wait);
  EXPECT_EQ(wait.answered(job_that_is("active"), ended), Next::wait);
  EXPECT_EQ(wait.answered(job_that_is("active"), ended), Next::stuck);
}

}  // namespace
}  // namespace shaman::manager
