// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/inline_lookup_policy.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Clock::time_point kNow{std::chrono::hours(1)};

TEST(InlineLookupPolicy, AreTakenHereWhereTheStorageAnswersAtOnce) {
  EXPECT_TRUE(InlineLookupPolicy(true).may_be_taken_here(kNow));
  EXPECT_FALSE(InlineLookupPolicy(false).may_be_taken_here(kNow));
}

TEST(InlineLookupPolicy, GoElsewhereForASecondAfterOneThatWaited) {
  InlineLookupPolicy looks(true);
  looks.took(milliseconds(8), {.waits = 1, .busy = microseconds(20)}, kNow);
  EXPECT_FALSE(looks.may_be_taken_here(kNow + milliseconds(999)));
  EXPECT_TRUE(looks.may_be_taken_here(kNow + milliseconds(1000)));
}

TEST(InlineLookupPolicy, GoElsewhereAfterOneThatWasMuchWork) {
  InlineLookupPolicy looks(true);
  looks.took(milliseconds(3), {.waits = 0, .busy = milliseconds(3)}, kNow);
  EXPECT_FALSE(looks.may_be_taken_here(kNow));
}

TEST(InlineLookupPolicy, StayHereWhenTheThreadWasOnlyPutAside) {
  InlineLookupPolicy looks(true);
  looks.took(milliseconds(4), {.waits = 0, .busy = microseconds(20)}, kNow);
  EXPECT_TRUE(looks.may_be_taken_here(kNow));
}

TEST(InlineLookupPolicy, StayHereAfterAShortWaitForALock) {
  InlineLookupPolicy looks(true);
  looks.took(microseconds(600), {.waits = 1, .busy = microseconds(20)}, kNow);
  EXPECT_TRUE(looks.may_be_taken_here(kNow));
}

}  // namespace
}  // namespace shaman::http
