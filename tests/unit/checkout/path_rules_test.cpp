// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/path_rules.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace shaman::path_rules {
namespace {

using namespace std::string_view_literals;

const std::string k250(250, 'x');
const std::string k251(251, 'x');
// 1,024 and 1,025 bytes, of components that are short enough.
const std::string k1024 = k250 + "/" + k250 + "/" + k250 + "/" + k250 + "/" + std::string(20, 'y');
const std::string k1025 = k1024 + "y";

std::string folders(int count) {
  std::string path = "d";
  for (int i = 1; i < count; ++i)
    path += "/d";
  return path;
}
const std::string kDeepest = folders(128);

struct CheckoutPathCase {
  std::string asked;
  std::string given;  ///< empty: refused
};

TEST(PathRules, CheckoutPaths) {
  const std::vector<CheckoutPathCase> cases = {
      {"project/scene/job-id", "project/scene/job-id"},
      {"Shot 1: take 2", "Shot 1_ take 2"},
      {"a?b*c:d;e{f}g\\h", "a_b_c_d_e_f_g_h"},
      {"\\absolute\\windows", "_absolute_windows"},
      {"C:/x", "C_/x"},
      {"..\\..\\etc", ".._.._etc"},
      {std::string("tab\tnul\0del\x7f esc\x1b"sv), "tab_nul_del_ esc_"},
      {"line\nfeed", "line_feed"},
      {"c1 \xc2\x80\xc2\x9f end", "c1 __ end"},
      {"no c1 \xc2\xa0", "no c1 \xc2\xa0"},
      {"Žluťoučký kůň/场景/🎬", "Žluťoučký kůň/场景/🎬"},
      {"quotes \"'`$&|<>#%!~^[]()+=,", "quotes \"'`$&|<>#%!~^[]()+=,"},
      {".", "unnamed"},
      {"...", "..."},
      {".hidden", ".hidden"},
      {"a..b/..c/d..", "a..b/..c/d.."},
      {" ", " "},
      {"-", "-"},
      {k250, k250},
      {k1024, k1024},
      // Refused.
      {"", ""},
      {"/", ""},
      {"/absolute", ""},
      {"a//b", ""},
      {"a/", ""},
      {"..", ""},
      {"../a", ""},
      {"a/..", ""},
      {"a/../b", ""},
      {"./a", ""},
      {"a/.", ""},
      {"a/./b", ""},
      {k251, ""},
      {"a/" + k251 + "/b", ""},
      {k1025, ""},
      {kDeepest, kDeepest},
      {kDeepest + "/x", ""},
      {".kept", ""},
      {".kept/film", ""},
      {"film/.kept", "film/.kept"},
      {"latin1 \xe9", ""},
      {"overlong \xc0\xaf", ""},
      {"surrogate \xed\xa0\x80", ""},
      {".shaman-checkout", ""},
      {"film/.shaman-checkout/x", ""},
      {".KEPT/film", ""},
      {"film/.Shaman-Maker", ""},
  };
  for (const CheckoutPathCase& test : cases) {
    const auto path = checkout_path(test.asked);
    if (test.given.empty()) {
      ASSERT_FALSE(path) << test.asked;
      EXPECT_EQ(path.error().code, errc::unsafe_path);
      EXPECT_NE(path.error().message().find("checkout path"), std::string::npos);
    } else {
      ASSERT_TRUE(path) << path.error().message();
      EXPECT_EQ(*path, test.given);
    }
  }
}

TEST(PathRules, FilePathsThatAreTaken) {
  for (const std::string& path : std::vector<std::string>{
           "scene.blend", "a/b/c/d.png", "with space/ü/场景.png", "C:/x.png", "what?*:;{}.png",
           "...", "..a/b..", ".hidden", "a/.shaman-checkout", ".shaman-checkout2", k250, k1024,
           "trailing dot.", "\xc2\xa0", "CON", "a'b\"c", ".kept/x", kDeepest}) {
    const auto checked = check_file_path(path);
    EXPECT_TRUE(checked) << path << ": " << checked.error().message();
  }
}

TEST(PathRules, FilePathsThatAreNot) {
  for (const std::string& path : std::vector<std::string>{"",
                                                          "/",
                                                          "/etc/passwd",
                                                          "//server/share",
                                                          "..",
                                                          ".",
                                                          "../x",
                                                          "a/../x",
                                                          "a/..",
                                                          "./x",
                                                          "a/.",
                                                          "a//b",
                                                          "a/",
                                                          "a\nb",
                                                          std::string("a\0b"sv),
                                                          "a\x7f",
                                                          "a\x1b[31m",
                                                          "\t",
                                                          "a\xc2\x85",
                                                          "\xff",
                                                          "\xc3",
                                                          "\xf4\x90\x80\x80",
                                                          k251,
                                                          "a/" + k251,
                                                          k1025,
                                                          kDeepest + "/x",
                                                          ".shaman-checkout",
                                                          ".Shaman-Maker",
                                                          ".SHAMAN-ID-0/x",
                                                          ".shaman-checkout/x"}) {
    const auto checked = check_file_path(path);
    ASSERT_FALSE(checked) << path;
    EXPECT_EQ(checked.error().code, errc::unsafe_path);
  }
}

TEST(PathRules, MessagesAreFitToPrint) {
  const auto checked = check_file_path("a\x1b[31m\xff" + std::string(5000, 'x'));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message().find('\x1b'), std::string::npos);
  EXPECT_LT(checked.error().message().size(), 400U);
}

TEST(PathRules, FolderOrderKeepsFoldersTogether) {
  std::vector<std::string> paths = {"a-b", "a/z", "b", "a", "a/b/c", "a b", "a/b", "a.c", "", "ä"};
  std::sort(paths.begin(), paths.end(), folder_order);
  EXPECT_EQ(paths, (std::vector<std::string>{"", "a", "a/b", "a/b/c", "a/z", "a b", "a-b", "a.c",
                                             "b", "ä"}));
}

TEST(PathRules, IsInside) {
  EXPECT_TRUE(is_inside("a/b", "a"));
  EXPECT_TRUE(is_inside("a/b/c", "a/b"));
  EXPECT_FALSE(is_inside("a", "a"));
  EXPECT_FALSE(is_inside("ab/c", "a"));
  EXPECT_FALSE(is_inside("a", "a/b"));
}

TEST(PathRules, HasBackslash) {
  EXPECT_TRUE(has_backslash("a\\b"));
  EXPECT_FALSE(has_backslash("a/b"));
}

}  // namespace
}  // namespace shaman::path_rules
