// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/encoded_word.hpp"

#include <gtest/gtest.h>

namespace shaman::client {
namespace {

TEST(EncodedWords, LeavesPlainTextAlone) {
  EXPECT_EQ(encoded_words("tex/wall 01_(b).png"), "tex/wall 01_(b).png");
}

TEST(EncodedWords, EncodesWhatAHeaderCannotHold) {
  EXPECT_EQ(encoded_words("größe.png"), "=?utf-8?q?gr=C3=B6=C3=9Fe=2Epng?=");
  EXPECT_EQ(encoded_words("a\r\nX: y"), "=?utf-8?q?a=0D=0AX=3A_y?=");
  EXPECT_EQ(encoded_words("=?x?q?y?="), "=?utf-8?q?=3D=3Fx=3Fq=3Fy=3F=3D?=");
  EXPECT_EQ(encoded_words("\xff"), "=?utf-8?q?=FF?=");
  EXPECT_EQ(encoded_words(" a"), "=?utf-8?q?_a?=");
}

TEST(EncodedWords, BreaksLongTextBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += "ü";
  std::string words = encoded_words(text);
  std::string back;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const std::string word = words.substr(0, end);
    words.erase(0, end + 1);
    EXPECT_LE(word.size(), 75U);
    ASSERT_TRUE(word.starts_with("=?utf-8?q?"));
    ASSERT_TRUE(word.ends_with("=C3=BC?="));
    for (std::size_t i = 10; i + 2 < word.size(); i += 3)
      back += static_cast<char>(std::stoi(word.substr(i + 1, 2), nullptr, 16));
  }
  EXPECT_EQ(back, text);
}

}  // namespace
}  // namespace shaman::client
