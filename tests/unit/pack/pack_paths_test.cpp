// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/pack_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::pack {
namespace {

using ::testing::ElementsAre;

TEST(PackPaths, AreTakenApart) {
  EXPECT_EQ(folder_of("a/b/c"), "a/b");
  EXPECT_EQ(folder_of("c"), "");
  EXPECT_EQ(name_of("a/b/c"), "c");
  EXPECT_EQ(name_of("c"), "c");
  EXPECT_EQ(extension_of("a.b/c"), "");
  EXPECT_EQ(extension_of("a/.bashrc"), "");
  EXPECT_EQ(extension_of("a/b.tar.gz"), ".gz");
  EXPECT_EQ(extension_of("a/b."), "");
  EXPECT_THAT(components_of("/a//b/"), ElementsAre("a", "b"));
  EXPECT_EQ(first_components("/a/b/c", 2), "/a/b");
  EXPECT_EQ(first_components("/a/b/c", 0), "/");
  EXPECT_EQ(first_components("//srv/share/x", 2), "//srv/share");
  EXPECT_EQ(first_components("C:/a/b", 2), "C:/a");
  EXPECT_TRUE(is_within("/a/b", "/a"));
  EXPECT_TRUE(is_within("/a", "/a"));
  EXPECT_TRUE(is_within("/a", "/"));
  EXPECT_FALSE(is_within("/ab", "/a"));
  EXPECT_EQ(below("/a/b/c", "/a"), "b/c");
  EXPECT_EQ(below("/a", "/"), "a");
  EXPECT_EQ(join_places("", "a"), "a");
  EXPECT_EQ(join_places("a", ""), "a");
}

TEST(ResolveInPack, AsBlenderDoes) {
  struct Case {
    std::string base;
    std::string stored;
    std::optional<std::string> place;
  };
  const std::vector<Case> cases{
      {"", "//tex/a.png", "tex/a.png"},
      {"scenes", "//tex/a.png", "scenes/tex/a.png"},
      {"scenes/shot", "//../../tex/a.png", "tex/a.png"},
      {"scenes", "//..\\tex\\a.png", "tex/a.png"},
      {"scenes", "//../../tex/a.png", std::nullopt},  // leaves the pack
      {"", "//../proj/tex/a.png", std::nullopt},      // the project's own name is not kept
      {"", "//./tex//sub/../a.png", "tex/a.png"},
      {"", "///tex/a.png", "tex/a.png"},
      {"s", "//", "s"},
      {"s", "//../", ""},
      {"", "/tex/a.png", std::nullopt},
      {"", "tex/a.png", std::nullopt},
      {"", "C:\\tex\\a.png", std::nullopt},
      {"", "\\\\srv\\share\\a.png", std::nullopt},
      {"", "", std::nullopt},
  };
  for (const Case& c : cases)
    EXPECT_EQ(resolve_in_pack(c.base, c.stored, Backslash::separates), c.place)
        << c.base << ' ' << c.stored;
  EXPECT_EQ(resolve_in_pack("", "//osl\\a.osl", Backslash::stands_for_itself), "osl\\a.osl");
}

TEST(ReferenceTo, IsShortestAndFindsItsPlace) {
  struct Case {
    std::string base;
    std::string place;
    std::string text;
  };
  const std::vector<Case> cases{
      {"", "a.png", "//a.png"},
      {"scenes", "scenes/a.png", "//a.png"},
      {"scenes/s", "tex/a.png", "//../../tex/a.png"},
      {"a/b", "a/c/d", "//../c/d"},
      {"a/b", "a", "//.."},
      {"a", "a", "//"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(reference_to(c.base, c.place), c.text);
    EXPECT_EQ(resolve_in_pack(c.base, c.text, Backslash::separates), c.place) << c.text;
  }
}

}  // namespace
}  // namespace shaman::pack
