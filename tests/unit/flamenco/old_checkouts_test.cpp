// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/jobs/old_checkouts.hpp"

#include <atomic>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../checkout/checkouts_fixture.hpp"
#include "checkout_times.hpp"

namespace shaman::jobs {
namespace {

using std::chrono::hours;
using test::Operation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OldCheckoutsTest : public test::CheckoutsTest {
 protected:
  OldCheckoutsTest() {
    options_.max_age = hours(24);
    options_.log = [this](LogLevel, const std::string& message) { log_ += message + "\n"; };
    EXPECT_THAT(erased(), IsEmpty()) << "from here on the age is in force";
  }

  void checkout(const char* path, hours age) {
    created(path, {{"f", blob_}});
    set_made(path, age);
  }
  void set_made(const std::string& path, hours age) const {
    test::set_made(below("jobs/" + path), now_ - age);
  }
  result<OldCheckoutsResults> look() { return old_.look(options_, now_ + later_, stop_); }
  std::vector<std::string> erased() {
    const auto results = look();
    EXPECT_TRUE(results) << results.error().message();
    return results ? results->erased : std::vector<std::string>();
  }
  void checkouts(int count, hours age, const std::string& prefix = "old/") {
    for (int i = 0; i < count; ++i)
      checkout((prefix + std::to_string(i)).c_str(), age);
  }
  [[nodiscard]] std::vector<HeldCheckout> held() {
    auto held = held_checkouts(failing_, below(""));
    EXPECT_TRUE(held) << held.error().message();
    return held ? *held : std::vector<HeldCheckout>();
  }
  void confirm() { ASSERT_TRUE(confirm_erasing(failing_, below(""), held(), "anna (uid 1000)")); }

  const BlobId blob_ = test::put(*store_, "content");
  // In whole seconds, as the file system may keep no finer times.
  const fs::Time now_ = std::chrono::floor<std::chrono::seconds>(fs::Time::clock::now());
  hours later_{0};  // when it looks
  OldCheckoutsOptions options_;
  OldCheckouts old_{*checkouts_, failing_, below("")};
  std::atomic<bool> stop_{false};
  std::string log_;
};

TEST_F(OldCheckoutsTest, EndWhenTheyReachTheAge) {
  checkout("film/old", hours(48));
  checkout("film/just", hours(24));
  checkout("film/young", hours(23));
  EXPECT_THAT(erased(), ElementsAre("film/just", "film/old"));
  EXPECT_THAT(jobs(),
              ElementsAre("film", "film/young", "film/young/.shaman-checkout", "film/young/f"));
  EXPECT_THAT(log_,
              HasSubstr("erased the checkout \"film/old\": it is older than checkout.max-age"));
}

TEST_F(OldCheckoutsTest, StayForEverWithoutAnAge) {
  checkout("film/old", hours(24 * 365));
  options_.max_age = {};
  EXPECT_THAT(erased(), IsEmpty());
}

TEST_F(OldCheckoutsTest, AllOfThemMayBecomeOldAtOnce) {
  checkouts(150, hours(20));
  EXPECT_THAT(erased(), IsEmpty());
  later_ = hours(5);
  EXPECT_EQ(erased().size(), 150U);
}

TEST_F(OldCheckoutsTest, ThoseOfAShorterAgeWaitIfTheyAreMany) {
  checkouts(3, hours(20));
  checkout("young", hours(1));
  options_.max_age = hours(12);
  for (int i = 0; i < 3; ++i) {
    const auto results = look();
    ASSERT_TRUE(results);
    EXPECT_THAT(results->erased, IsEmpty());
    EXPECT_THAT(results->held, ElementsAre("old/0", "old/1", "old/2"));
  }
  EXPECT_THAT(log_, HasSubstr("3 checkouts of 4 would be erased at once"));
  EXPECT_THAT(log_, HasSubstr("checkout.max-age, which is shorter than before"));
  EXPECT_EQ(log_.find('\n'), log_.size() - 1) << "once: " << log_;
}

TEST_F(OldCheckoutsTest, TheFormerAgeStaysInForceMeanwhile) {
  checkouts(3, hours(13));
  checkout("trickle", hours(23));
  options_.max_age = hours(12);
  EXPECT_THAT(erased(), IsEmpty());
  later_ = hours(1);
  EXPECT_THAT(erased(), ElementsAre("trickle"));
  later_ = hours(11);
  EXPECT_THAT(erased(), ElementsAre("old/0", "old/1", "old/2"));
}

TEST_F(OldCheckoutsTest, TheListSaysWhyAndSinceWhen) {
  checkouts(3, hours(20));
  options_.max_age = hours(12);
  EXPECT_THAT(erased(), IsEmpty());
  later_ = hours(1);
  EXPECT_THAT(erased(), IsEmpty());
  const auto list = held();
  ASSERT_EQ(list.size(), 3U);
  const auto seconds = [](fs::Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  EXPECT_EQ(list[0].id.path, "old/0");
  EXPECT_EQ(list[0].why, Ended::too_old);
  EXPECT_EQ(list[0].made, seconds(now_ - hours(20)));
  EXPECT_EQ(list[0].since, seconds(now_));
}

TEST_F(OldCheckoutsTest, WhatAnAdminConfirmsEndsAndTheAgeIsInForce) {
  checkouts(3, hours(20));
  checkouts(3, hours(11), "young/");
  options_.max_age = hours(12);
  EXPECT_THAT(erased(), IsEmpty());
  confirm();
  EXPECT_THAT(erased(), ElementsAre("old/0", "old/1", "old/2"));
  EXPECT_THAT(log_, HasSubstr("erased the checkout \"old/0\": it is older than checkout.max-age; "
                              "confirmed by anna (uid 1000)"));
  EXPECT_THAT(held(), IsEmpty());
  later_ = hours(1);
  EXPECT_THAT(erased(), ElementsAre("young/0", "young/1", "young/2"));
}

TEST_F(OldCheckoutsTest, AConfirmedOneThatAClientGotAgainStays) {
  checkouts(3, hours(20));
  options_.max_age = hours(12);
  EXPECT_THAT(erased(), IsEmpty());
  confirm();
  set_made("old/1", hours(0));
  EXPECT_THAT(erased(), ElementsAre("old/0", "old/2"));
  options_.max_age = {};
  later_ = hours(48);
  EXPECT_THAT(erased(), IsEmpty());
}

TEST_F(OldCheckoutsTest, AFewDoNotWait) {
  checkouts(2, hours(20));
  options_.max_age = hours(12);
  EXPECT_THAT(erased(), ElementsAre("old/0", "old/1"));
  checkouts(3, hours(10));
  checkouts(12, hours(1), "young/");
  options_.max_age = hours(9);
  EXPECT_EQ(erased().size(), 3U) << "a fifth of all";
}

TEST_F(OldCheckoutsTest, TheLimitCountsToo) {
  checkouts(2, hours(20));
  options_.max_age = hours(12);
  options_.erase_brake = 1;
  EXPECT_THAT(erased(), IsEmpty());
  EXPECT_EQ(held().size(), 2U);
}

TEST_F(OldCheckoutsTest, TheFirstAgeOfAllIsAShorterOne) {
  std::filesystem::remove(below(".shaman/jobs/known.json"));
  checkouts(3, hours(24 * 365));
  EXPECT_THAT(erased(), IsEmpty());
  EXPECT_EQ(held().size(), 3U);
}

TEST_F(OldCheckoutsTest, NoneWaitsAnyMoreWhenTheAgeIsCorrected) {
  checkouts(3, hours(20));
  for (const hours corrected : {hours(24), hours(0)}) {
    options_.max_age = hours(12);
    EXPECT_THAT(erased(), IsEmpty());
    EXPECT_EQ(held().size(), 3U);
    options_.max_age = corrected;
    EXPECT_THAT(erased(), IsEmpty());
    EXPECT_THAT(held(), IsEmpty());
  }
}

TEST_F(OldCheckoutsTest, ThoseOfAClockThatJumpsWait) {
  checkouts(3, hours(1));
  later_ = hours(24 * 365);
  EXPECT_THAT(erased(), IsEmpty());
  EXPECT_EQ(held().size(), 3U);
  EXPECT_THAT(log_, HasSubstr("the clock of this machine jumped"));
  EXPECT_THAT(erased(), IsEmpty()) << "it stays so";
  later_ = hours(1);
  EXPECT_THAT(erased(), IsEmpty());
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(OldCheckoutsTest, ThoseOfAWeekendDoNot) {
  checkouts(3, hours(1));
  later_ = hours(3 * 24);
  EXPECT_EQ(erased().size(), 3U);
}

TEST_F(OldCheckoutsTest, EndOnAFullStorageToo) {
  checkout("film/old", hours(48));
  fail(Operation::create_file, ENOSPC);
  EXPECT_THAT(erased(), ElementsAre("film/old"));
  EXPECT_THAT(log_, HasSubstr("known.json"));
}

TEST_F(OldCheckoutsTest, RendersInThemAreKept) {
  checkout("film/old", hours(48));
  std::ofstream(below("jobs/film/old/frame.png")) << "a frame";
  EXPECT_THAT(erased(), ElementsAre("film/old"));
  EXPECT_EQ(read(".kept/film_old/frame.png"), "a frame");
}

TEST_F(OldCheckoutsTest, WhatOthersMadeStays) {
  std::filesystem::create_directories(below("jobs/theirs"));
  std::filesystem::create_symlink("../../x", below("jobs/theirs/link"));
  EXPECT_THAT(erased(), IsEmpty());
  EXPECT_THAT(jobs(), ElementsAre("theirs", "theirs/link"));
}

TEST_F(OldCheckoutsTest, OneThatIsGivenToAClientAtThatMomentStaysWhole) {
  checkout("film/old", hours(48));
  const auto before = jobs();
  failing_.on_call([&](const test::Call& call) -> boost::system::error_code {
    if (call.operation == Operation::rename && call.path != "old") set_made("film/old", hours(0));
    return {};
  });
  EXPECT_THAT(erased(), IsEmpty());
  EXPECT_EQ(jobs(), before);
  EXPECT_EQ(log_, "");
}

TEST_F(OldCheckoutsTest, NoneEndsWhileTheStorageIsLost) {
  checkout("a", hours(48));
  checkout("b", hours(48));
  const auto before = jobs();
  for (const int error : {EIO, ESTALE, ENOTCONN}) {
    // The second folder cannot be listed, after the first was found.
    fail(Operation::stat, error, ".shaman-checkout", 2);
    const auto results = look();
    ASSERT_FALSE(results);
    EXPECT_EQ(results.error().code, errc::io_error);
    failing_.on_call({});
    EXPECT_EQ(jobs(), before);
  }
}

TEST_F(OldCheckoutsTest, GoOnBesideAFolderThatMayNotBeRead) {
  checkout("film/old", hours(48));
  checkout("secret/old", hours(48));
  fail(Operation::open_folder, EACCES, "secret");
  EXPECT_THAT(erased(), ElementsAre("film/old"));
  EXPECT_THAT(log_, HasSubstr("jobs/secret"));
}

TEST_F(OldCheckoutsTest, GoOnAfterOneThatCannotBeErased) {
  checkout("a", hours(48));
  checkout("b", hours(48));
  fail(Operation::rename, EACCES, {}, 1, 1);
  EXPECT_THAT(erased(), ElementsAre("b"));
  EXPECT_THAT(log_, HasSubstr("\"a\""));
}

TEST_F(OldCheckoutsTest, StopWhereTheyAreTold) {
  checkout("a", hours(48));
  checkout("b", hours(48));
  options_.log = [this](LogLevel, const std::string&) { stop_ = true; };
  EXPECT_THAT(erased(), ElementsAre("a"));
}

}  // namespace
}  // namespace shaman::jobs
