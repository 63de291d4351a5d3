// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/stored_path.hpp"

#include <gtest/gtest.h>

namespace shaman::trace {
namespace {

struct Case {
  std::string_view stored;
  std::string_view posix;
  std::string_view windows;
};

// The .blend lies in /p/scene, on Windows in D:/p/scene.
constexpr Case kCases[] = {
    {"//wall.png", "/p/scene/wall.png", "D:/p/scene/wall.png"},
    {"//tex/../wall.png", "/p/scene/wall.png", "D:/p/scene/wall.png"},
    {"//../wall.png", "/p/wall.png", "D:/p/wall.png"},
    {"//../../../../wall.png", "/wall.png", "D:/wall.png"},
    {"//tex\\wood\\oak.png", "/p/scene/tex/wood/oak.png", "D:/p/scene/tex/wood/oak.png"},
    {"//..\\tex\\oak.png", "/p/tex/oak.png", "D:/p/tex/oak.png"},
    {"///tex//./wall.png", "/p/scene/tex/wall.png", "D:/p/scene/tex/wall.png"},
    {"//", "/p/scene", "D:/p/scene"},
    {"/abs/wall.png", "/abs/wall.png", "/abs/wall.png"},
    {"/abs/../wall.png", "/wall.png", "/wall.png"},
    {"C:\\tex\\wall.png", "/c/tex/wall.png", "C:/tex/wall.png"},
    {"c:/tex/wall.png", "/c/tex/wall.png", "c:/tex/wall.png"},
    {"C:..\\wall.png", "/p/scene/C:../wall.png", "D:/p/scene/C:../wall.png"},
    {"\\\\server\\share\\wall.png", "//server/share/wall.png", "//server/share/wall.png"},
    {"\\\\?\\C:\\tex\\wall.png", "/c/tex/wall.png", "C:/tex/wall.png"},
    {"\\\\?\\UNC\\server\\share\\a.png", "//server/share/a.png", "//server/share/a.png"},
    {"tex/wall.png", "/p/scene/tex/wall.png", "D:/p/scene/tex/wall.png"},
    {"//caf\xe9.png", "/p/scene/caf\xe9.png", "D:/p/scene/caf\xe9.png"},
};

TEST(StoredPath, MeansWhatItMeansToBlender) {
  for (const Case& wanted : kCases) {
    EXPECT_EQ(resolve(wanted.stored, "/p/scene", Platform::posix), wanted.posix) << wanted.stored;
  }
}

TEST(StoredPath, KeepsDriveLettersOnWindows) {
  for (const Case& wanted : kCases) {
    EXPECT_EQ(resolve(wanted.stored, "D:/p/scene", Platform::windows), wanted.windows)
        << wanted.stored;
  }
}

TEST(StoredPath, TellsUncPaths) {
  EXPECT_TRUE(is_unc(resolve("\\\\server\\share\\a", "/p", Platform::posix)));
  EXPECT_FALSE(is_unc(resolve("//server/share/a", "/p", Platform::posix)));
}

TEST(AsStored, IsWhatTheArtistTyped) {
  const auto of = [](const std::string& path, const std::string& stored) {
    return as_stored(path, stored, Platform::posix);
  };
  EXPECT_EQ(of("/c/tex/w.1001.png", "C:\\tex\\w.<UDIM>.png"), "C:\\tex\\w.1001.png");
  EXPECT_EQ(of("/d/a.png", "D:/a.png"), "D:/a.png");
  EXPECT_EQ(of("//server/share/a.png", "\\\\server\\share\\a.png"), "\\\\server\\share\\a.png");
  EXPECT_EQ(of("/p/tex/a.png", "//tex\\a.png"), "/p/tex/a.png");
  EXPECT_EQ(of("/p/a.png", "/p/a.png"), "/p/a.png");
  EXPECT_EQ(as_stored("C:/a.png", "C:\\a.png", Platform::windows), "C:/a.png");
}

TEST(IsAbsolutePath, OnWhicheverSystem) {
  for (const char* path : {"/a", "C:\\a", "c:/a", "\\\\server\\a"})
    EXPECT_TRUE(is_absolute_path(path)) << path;
  for (const char* path : {"", "//a", "a", "a/b", "C:a"})
    EXPECT_FALSE(is_absolute_path(path)) << path;
}

}  // namespace
}  // namespace shaman::trace
