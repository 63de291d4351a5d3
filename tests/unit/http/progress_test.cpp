// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/progress.hpp"

#include <gtest/gtest.h>

namespace shaman::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ProgressView halfway() {
  ProgressView view;
  view.stage = Stage::uploading;
  view.bytes_done = 500U << 20U;
  view.bytes_total = 1000U << 20U;
  view.files_done = 310;
  view.files_total = 1024;
  view.bytes_per_second = 100 * 1024 * 1024;
  return view;
}

TEST(ProgressBar, ShowsEverythingWhereThereIsRoom) {
  EXPECT_EQ(progress_bar(halfway(), 120),
            "Uploading  [###################...................]   50 %  500 MiB of 1000 MiB  "
            "0:05 left  100 MiB/s  310 of 1024 files");
}

TEST(ProgressBar, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(progress_bar(halfway(), 80),
            "Uploading  [########.........]   50 %  500 MiB of 1000 MiB  0:05 left  100 MiB/s");
  EXPECT_EQ(progress_bar(halfway(), 79),
            "Uploading  [########........]   50 %  500 MiB of 1000 MiB  0:05 left  100 MiB/s");
  EXPECT_EQ(progress_bar(halfway(), 30), "Uploading  [#####.....]   50 %");
  EXPECT_EQ(progress_bar(halfway(), 4), "Uplo");
  for (std::size_t width = 0; width < 150; ++width)
    EXPECT_LE(progress_bar(halfway(), width).size(), width);
}

TEST(ProgressBar, DropsTheBarBeforeTheReasonForWaiting) {
  ProgressView view = halfway();
  view.files_waiting = 12;
  EXPECT_EQ(progress_bar(view, 79),
            "Uploading   50 %  500 MiB of 1000 MiB  12 files being sent by others");
  EXPECT_EQ(progress_bar(view, 100),
            "Uploading  [########.........]   50 %  500 MiB of 1000 MiB  12 files being sent by "
            "others  0:05 left");
  for (std::size_t width = 0; width < 150; ++width)
    EXPECT_LE(progress_bar(view, width).size(), width);
}

TEST(ProgressBar, IsNeverOverfull) {
  ProgressView view = halfway();
  view.bytes_done = 2'000'000'000;
  EXPECT_NE(progress_bar(view, 120).find("100 %  1000 MiB of 1000 MiB"), std::string::npos);
}

TEST(ProgressBar, HasNoBarWhereNothingIsCounted) {
  ProgressView view;
  EXPECT_EQ(progress_bar(view, 80), "Reading");
  view.stage = Stage::creating;
  EXPECT_EQ(progress_bar(view, 80), "Waiting for the server to make the checkout");
}

TEST(ProgressBar, SaysWhatIsWaitedForAndHowLong) {
  ProgressView view;
  view.server = "http://farm:8080";
  view.stage = Stage::connecting;
  EXPECT_EQ(progress_bar(view, 80), "Waiting for http://farm:8080");
  view.elapsed = milliseconds(7'900);
  EXPECT_EQ(progress_bar(view, 80), "Waiting for http://farm:8080, 7 s");
  EXPECT_EQ(progress_text(view), "Waiting for http://farm:8080, 7 s");
  view.stage = Stage::asking;
  EXPECT_EQ(progress_bar(view, 80),
            "Waiting for http://farm:8080 to list the files that it lacks, 7 s");
  EXPECT_EQ(progress_bar(view, 20), "Waiting for http://f");
}

TEST(ProgressBar, CountsDownWhileTheServerIsAway) {
  ProgressView view = halfway();
  view.next_try = seconds(4);
  EXPECT_EQ(progress_bar(view, 80), "Uploading  the server is away, next try in 4 s");
  EXPECT_EQ(progress_text(view), "Uploading: the server is away, next try in 4 s");
  view.next_try = seconds(0);
  EXPECT_EQ(progress_bar(view, 80), "Uploading  the server is away, trying again");
  view.stage = Stage::creating;
  view.next_try = seconds(2);
  EXPECT_EQ(progress_bar(view, 80), "Creating the checkout  the server is away, next try in 2 s");
  for (std::size_t width = 0; width < 100; ++width)
    EXPECT_LE(progress_bar(view, width).size(), width);
}

TEST(ProgressText, IsOneLineOfALog) {
  ProgressView view = halfway();
  view.files_waiting = 2;
  EXPECT_EQ(progress_text(view),
            "Uploading: 50 %, 500 MiB of 1000 MiB, 2 files being sent by others, 0:05 left, "
            "100 MiB/s, 310 of 1024 files");
}

TEST(ClockText, GrowsToHours) {
  EXPECT_EQ(clock_text(seconds(7)), "0:07");
  EXPECT_EQ(clock_text(seconds(723)), "12:03");
  EXPECT_EQ(clock_text(seconds(10800)), "3:00:00");
}

TEST(RateMeter, FollowsTheRateOfTheLastSeconds) {
  RateMeter meter;
  meter.sample(milliseconds(0), 0);
  EXPECT_EQ(meter.bytes_per_second(), 0);
  meter.sample(milliseconds(1000), 1000);
  EXPECT_DOUBLE_EQ(meter.bytes_per_second(), 1000);
  for (int second = 2; second < 30; ++second)
    meter.sample(milliseconds(1000 * second), 1000);
  EXPECT_LT(meter.bytes_per_second(), 10);
}

TEST(RateMeter, TakesBytesThatAreSentAnewForAPause) {
  RateMeter meter;
  meter.sample(milliseconds(0), 0);
  meter.sample(milliseconds(1000), 1000);
  meter.sample(milliseconds(2000), 0);
  EXPECT_GT(meter.bytes_per_second(), 0);
  EXPECT_LT(meter.bytes_per_second(), 1000);
}

}  // namespace
}  // namespace shaman::client
