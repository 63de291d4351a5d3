// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/text.hpp"

#include <gtest/gtest.h>

namespace shaman::text {
namespace {

TEST(Utf8, AcceptsWellFormedTextOnly) {
  EXPECT_TRUE(is_utf8("plain, ä, 漢, 😀"));
  EXPECT_TRUE(is_utf8(""));
  EXPECT_FALSE(is_utf8("\xff"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // overlong "/"
  EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // overlong "/"
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_utf8("\xe6\xbc"));          // cut off
}

TEST(Escape, LeavesReadableTextAlone) {
  EXPECT_EQ(escape("Shot 1 ä 漢.png"), "Shot 1 ä 漢.png");
}

TEST(Escape, MakesControlsAndDeceptionVisible) {
  EXPECT_EQ(escape("a\nb\x1b[31m"), "a\\x0ab\\x1b[31m");
  EXPECT_EQ(escape("\xc2\x9b"
                   "31m"),
            "\\u{9b}31m");                                   // C1: CSI
  EXPECT_EQ(escape("gpj\xe2\x80\xaexe"), "gpj\\u{202e}xe");  // right-to-left override
  EXPECT_EQ(escape(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escape("\x7f"), "\\x7f");
}

TEST(Escape, IsUnambiguousForBytesThatAreNoText) {
  EXPECT_EQ(escape("a\xff"
                   "b"),
            "a\\xffb");
  EXPECT_EQ(escape("a\\xffb"), "a\\\\xffb");
}

TEST(Shortened, EndsBehindACharacter) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc…");
  EXPECT_EQ(shortened("aü", 2), "a…");
  EXPECT_EQ(shortened("🎬🎬", 7), "🎬…");
  EXPECT_EQ(shortened("\xbf\xbf", 1), "…");
}

TEST(Printable, KeepsBackslashesOfWindowsPaths) {
  EXPECT_EQ(printable("C:\\tex\\\x07.png"), "C:\\tex\\\\x07.png");
}

TEST(InQuotes, ShowsWhereANameEnds) {
  EXPECT_EQ(in_quotes("a b \n"), "\"a b \\x0a\"");
}

TEST(Trimmed, LeavesWhatStandsInside) {
  EXPECT_EQ(trimmed(" \ta b\r\n"), "a b");
  EXPECT_EQ(trimmed("ab"), "ab");
  EXPECT_EQ(trimmed(" \t "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(WithoutLogins, LeavesTheRest) {
  EXPECT_EQ(without_logins("http://me:secret@host:1/x"), "http://…@host:1/x");
  EXPECT_EQ(without_logins("\"https://me:s@e@h\" and (http://h/a, mail@x)"),
            "\"https://…@h\" and (http://h/a, mail@x)");
  EXPECT_EQ(without_logins("a@b://c d@e"), "a@b://c d@e");
  EXPECT_EQ(without_logins("http://"), "http://");
  EXPECT_EQ(without_logins(""), "");
}

TEST(IsSameButForCase, KnowsAsciiOnly) {
  EXPECT_TRUE(is_same_but_for_case("Content-Length", "content-LENGTH"));
  EXPECT_FALSE(is_same_but_for_case("farm.example", "farm.example.org"));
  EXPECT_FALSE(is_same_but_for_case("farm.example.org", "farm.example"));
  EXPECT_FALSE(is_same_but_for_case("\u00c4", "\u00e4"));
  EXPECT_FALSE(is_same_but_for_case("@", "`"));
}

TEST(CountOf, KnowsOneAndMany) {
  EXPECT_EQ(count_of(1, "file", "files"), "1 file");
  EXPECT_EQ(count_of(0, "file", "files"), "0 files");
}

TEST(Text, CodePointsKeepWhatIsNoUtf8) {
  EXPECT_EQ(code_points("a\u00fc\xff"
                        "b"),
            (std::vector<char32_t>{U'a', U'\u00fc', kNoCharacter + 0xff, U'b'}));
  EXPECT_TRUE(code_points("").empty());
}

}  // namespace
}  // namespace shaman::text
