// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/pull_state.hpp"

#include <gtest/gtest.h>

using namespace shaman;
using namespace shaman::pull;

namespace {

PullState some_state() {
  PullState state{"0123456789abcdef", "/farm/a folder", "/cache",       "http://farm:8080",
                  "film/shot",        "\"tag\"",        Mode::hardlink, {}};
  state.files.push_back({"a b/c", {Sha256::of("1"), 1}, 0});
  state.files.push_back({"d\xc3\xa9", {Sha256::of(""), 0}, 1'700'000'000'000'000'001});
  return state;
}

void expect_damaged(const std::string& text) {
  const auto read = read_state(text);
  ASSERT_FALSE(read) << text;
  EXPECT_EQ(read.error().code, errc::damaged_file);
}

TEST(PullState, IsReadAsItWasWritten) {
  const auto read = read_state(state_text(some_state()));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, some_state());
}

TEST(PullState, AnEmptyEtagIsOne) {
  PullState state = some_state();
  state.etag.clear();
  const auto read = read_state(state_text(state));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, state);
}

TEST(PullState, EachCutIsSeen) {
  const std::string text = state_text(some_state());
  for (std::size_t size = 0; size < text.size(); ++size)
    expect_damaged(text.substr(0, size));
  expect_damaged(text + "more\n");
}

TEST(PullState, TheHeadNeedsNoFiles) {
  const std::string text = state_text(some_state());
  const auto head = read_state_head(text.substr(0, text.find("mode hardlink\n") + 14));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->etag, "\"tag\"");
  EXPECT_TRUE(head->files.empty());
}

TEST(PullState, PathsThatLeadOutAreDamage) {
  for (const char* const path : {"../x", "/x", "a//b", "", ".", ".shaman-checkout", "a/../../b"}) {
    PullState state = some_state();
    state.files = {{path, {Sha256::of("1"), 1}, 0}};
    expect_damaged(state_text(state));
  }
}

TEST(PullState, FilesAreInOrderAndOnce) {
  PullState state = some_state();
  std::swap(state.files[0], state.files[1]);
  expect_damaged(state_text(state));
  state.files[1] = state.files[0];
  expect_damaged(state_text(state));
}

TEST(PullState, ModesHaveNames) {
  for (const Mode mode : {Mode::symlink, Mode::hardlink, Mode::reflink, Mode::copy})
    EXPECT_EQ(mode_of(name_of(mode)), mode);
  EXPECT_FALSE(mode_of("link"));
  EXPECT_FALSE(can_be_kept("a\nb"));
  EXPECT_TRUE(can_be_kept("a b"));
}

}  // namespace
