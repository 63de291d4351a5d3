// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/program/last_words.hpp"

#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace shaman {
namespace {

void throw_on_another_thread() {
  say_last_words("program");
  std::thread([] { throw std::runtime_error("no room for\x1b[2J file.blend"); }).join();
}

TEST(LastWordsDeathTest, AnExceptionThatNobodyHandlesIsToldInOneSentence) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(throw_on_another_thread(), testing::ExitedWithCode(1),
              "program: ended by an error .*: no room for.x1b.2J file.blend");
}

}  // namespace
}  // namespace shaman
