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
  }

  void checkout(const char* path, hours age) {
    created(path, {{"f", blob_}});
    set_made(path, age);
  }
  void set_made(const std::string& path, hours age) const {
    test::set_made(below("jobs/" + path), now_ - age);
  }
  result<OldCheckoutsResults> look() {
    return erase_old_checkouts(*checkouts_, options_, now_, stop_);
  }
  std::vector<std::string> erased() {
    const auto results = look();
    EXPECT_TRUE(results) << results.error().message();
    return results ? results->erased : std::vector<std::string>();
  }

  const BlobId blob_ = test::put(*store_, "content");
  // In whole seconds, as the file system may keep no finer times.
  const fs::Time now_ = std::chrono::floor<std::chrono::seconds>(fs::Time::clock::now());
  OldCheckoutsOptions options_;
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

TEST_F(OldCheckoutsTest, AllOfThemMayBeOldAtOnce) {
  for (int i = 0; i < 150; ++i)
    checkout(("old/" + std::to_string(i)).c_str(), hours(48));
  EXPECT_EQ(erased().size(), 150U) << "the brake is for a Manager's jobs";
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
