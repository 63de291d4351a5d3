// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project/glob.hpp"

#include <gtest/gtest.h>

#include "shaman/os.hpp"

namespace shaman::pack {
namespace {

struct GlobCase {
  std::string pattern;
  std::string path;
  bool matches;
};

TEST(Glob, Matches) {
  const std::vector<GlobCase> cases{
      {"/p/tex/a.png", "/p/tex/a.png", true},
      {"/p/tex/a.png", "/p/tex/a.pngx", false},
      {"/p/*/a.png", "/p/tex/a.png", true},
      {"/p/*/a.png", "/p/tex/b/a.png", false},
      {"/p/**/a.png", "/p/tex/b/a.png", true},
      {"/p/**/a.png", "/p/a.png", true},
      {"/p/**/a.png", "/p/xa.png", false},
      {"/p/**", "/p/x/y", true},
      {"/p/**", "/q/x/y", false},
      {"/p/tex", "/p/tex/b/a.png", true},
      {"/p/tex/", "/p/tex/b/a.png", true},
      {"/p/te", "/p/tex/b/a.png", false},
      {"*.mp4", "/p/tex/a.mp4", true},
      {"*.mp4", "/p/tex/a.mp4.bak", false},
      {"tex", "/p/tex/a.png", true},
      {"ex", "/p/tex/a.png", false},
      {"tex/*.png", "/p/tex/a.png", true},
      {"tex/*.png", "/p/tex/b/a.png", false},
      {"**/*.png", "/p/tex/b/a.png", true},
      {"a?c", "/abc", true},
      {"a?c", "/a/c", false},
      {"a?c", "/a\u00fcc", true},
      {"a?c",
       "/a\xff"
       "c",
       true},
      {"a[1].png", "/p/a[1].png", true},
      {"a[1].png", "/p/a1.png", false},
      {"*", "/anything", true},
      {"C:/x/*", "C:/x/a", true},
      {"C:/x/*", "D:/x/a", false},
  };
  for (const GlobCase& c : cases)
    EXPECT_EQ(Glob(c.pattern).matches(c.path), c.matches) << c.pattern << " on " << c.path;
}

TEST(Glob, ManyStarsStayFast) {
  std::string pattern = "/";
  for (int i = 0; i < 200; ++i)
    pattern += "*a**";
  EXPECT_FALSE(Glob(pattern + "b").matches("/" + std::string(2000, 'a')));
}

TEST(Globs, KnowWhichHaveMatchedNothing) {
  Globs globs({"*.png", "a.*", "*.mp4", ""}, {});
  EXPECT_EQ(globs.unused(), (std::vector<std::string>{"*.png", "a.*", "*.mp4"}));
  // Each that matches counts, not only the first.
  EXPECT_TRUE(globs.match("/a.png"));
  EXPECT_EQ(globs.unused(), std::vector<std::string>{"*.mp4"});
}

TEST(Globs, BeginWhereTheirFirstFolderSays) {
  // On Windows with the drive.
  const PatternBases bases{os::absolute("/film"), os::absolute("/film/shots")};
  const std::string here = os::absolute(".");
  const std::vector<GlobCase> cases{
      {"./tex/*.png", "/film/tex/a.png", true},
      {"./tex/*.png", "/film/shots/tex/a.png", false},
      {"./tex/*.png", here + "/tex/a.png", true},
      {".\\tex\\*.png", "/film/tex/a.png", true},
      {"./tex", "/film/tex/b/a.png", true},
      {"././tex/", "/film/tex/a.png", true},
      {"../lib/*.png", "/lib/a.png", true},
      {"..\\lib\\*.png", "/lib/a.png", true},
      {"//tex/*.png", "/film/shots/tex/a.png", true},
      {"//../tex/*.png", "/film/tex/a.png", true},
      {"//tex/*.png", "/film/tex/a.png", false},
      {"tex//a.png", "/film/tex/a.png", true},
      {"tex/./a.png", "/film/tex/a.png", true},
      {os::absolute("/film") + "/./shots/../tex", "/film/tex/a.png", true},
      {".tex/a.png", "/film/.tex/a.png", true},
      {"tex\\a.png", "/film/tex/a.png", false},
#ifndef _WIN32
      {"//film/tex/*.png", "/film/tex/a.png", true},
#endif
  };
  for (const GlobCase& c : cases)
    EXPECT_EQ(Globs({c.pattern}, bases).match(os::absolute(c.path)), c.matches)
        << c.pattern << " on " << c.path;
}

TEST(Globs, AnyMayMatchAndEmptyOnesDoNot) {
  EXPECT_FALSE(Globs({}, {}).match("/a"));
  EXPECT_FALSE(Globs({""}, {}).match("/a"));
  EXPECT_TRUE(Globs({"b", "a"}, {}).match("/a"));
}

}  // namespace
}  // namespace shaman::pack
