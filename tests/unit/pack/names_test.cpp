// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/text.hpp"

namespace shaman::pack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Plain, KeepsWhatIsFineAndReplacesTheRestByLetters) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"tex/wall.png", "tex/wall.png"},
      {"t\u00e9x/\u58c1 1.png", "t\u00e9x/\u58c1 1.png"},
      {"a\xff.png", "a_pp.png"},
      {"shot\xe9_0001.png", "shot_oj_0001.png"},
      {"a\\b.png", "a_fmb.png"},
      {"a\nb", "a_akb"},
      {"a\u0085b", "a_ifb"},
      {"what? *.png", "what? *.png"},
  };
  for (const auto& [name, wanted] : cases)
    EXPECT_EQ(plain(name), wanted);
}

TEST(Plain, ShortensWhatNoServerTakes) {
  std::string longest;
  for (int i = 0; i < 84; ++i)
    longest += "\u58c1";
  const std::string name = plain("tex/" + longest + ".png");
  EXPECT_LE(name.size(), 4U + 250U);
  EXPECT_TRUE(text::is_utf8(name));
  EXPECT_TRUE(name.ends_with(".png"));
  EXPECT_NE(name, plain("tex/" + longest + "\u58c1.png"));
}

TEST(WindowsProblem, IsNamed) {
  for (const char* bad : {"con", "Con.png", "AUX", "nul.tar.gz", "com1", "LPT9.txt", "a.", "a ",
                          "a:b", "a?", "a*", "<a>", "a|b", "\"a\""})
    EXPECT_THAT(windows_problem(bad), HasSubstr(bad == std::string("\"a\"") ? "a" : bad)) << bad;
  for (const char* good :
       {"con1", "comx", "com10", "console.png", ".hidden", "a.b", "\u00fc", "com0"})
    EXPECT_EQ(windows_problem(good), "") << good;
}

std::vector<std::string> warnings(const std::vector<std::string>& places) {
  std::vector<PlannedFile> files;
  files.reserve(places.size());
  for (const std::string& place : places)
    files.push_back({"/x/" + place, place, {}, false});
  return warnings_about_places(files);
}

TEST(WarningsAboutPlaces, NameThem) {
  EXPECT_THAT(warnings({"a/b.png", "a/c.png"}), IsEmpty());
  EXPECT_THAT(warnings({"aux/b.png", "aux/c.png"}), ElementsAre(HasSubstr("\"aux\"")));
  EXPECT_THAT(warnings({"Tex/b.png", "tex/c.png", "tex/d.png"}),
              ElementsAre(HasSubstr("\"Tex\" and \"tex\"")));
  EXPECT_THAT(warnings({"Tex/b.png", "tex/B.png"}), ElementsAre(HasSubstr("\"Tex\" and \"tex\"")));
  EXPECT_THAT(warnings({"t/\u00c4.png", "t/\u00e4.png"}), ElementsAre(HasSubstr("differ only")));
  EXPECT_THAT(warnings({"t/\u00e4.png", "t/a\u0308.png"}), ElementsAre(HasSubstr("differ only")));
  EXPECT_THAT(warnings({std::string(120, 'a') + "/" + std::string(120, 'b')}),
              ElementsAre(HasSubstr("241 characters")));
  EXPECT_THAT(warnings({std::string(120, 'a') + "/" + std::string(119, 'b')}), IsEmpty());
}

}  // namespace
}  // namespace shaman::pack
