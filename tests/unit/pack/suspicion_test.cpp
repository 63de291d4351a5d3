// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/suspicion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::pack {
namespace {

using trace::Kind;

TEST(FitsKind, ByTheExtension) {
  struct Case {
    Kind kind;
    std::string name;
    bool fits;
  };
  const std::vector<Case> cases{
      {Kind::image, "wall.png", true},
      {Kind::image, "WALL.PNG", true},
      {Kind::image, "wall.exr", true},
      {Kind::image, "id_rsa", false},
      {Kind::image, "passwd", false},
      {Kind::image, "secrets.kdbx", false},
      {Kind::image, ".png", false},
      {Kind::image, "clip.mp4", true},
      {Kind::image_tiles, "w.1001.tif", true},
      {Kind::image_sequence, "f_001.dpx", true},
      {Kind::library, "a.blend", true},
      {Kind::library, "a.blend1", true},
      {Kind::library, "a.blender", false},
      {Kind::library, "a.png", false},
      {Kind::movie, "a.mkv", true},
      {Kind::sound, "a.flac", true},
      {Kind::sound, "a.mp4", true},
      {Kind::sound, "a.txt", false},
      {Kind::font, "a.ttf", true},
      {Kind::font, "a.key", false},
      {Kind::volume, "a.vdb", true},
      {Kind::cache_file, "a.abc", true},
      {Kind::cache_file, "a.usdz", true},
      {Kind::mesh_cache, "a.mdd", true},
      {Kind::point_cache, "a_000001_00.bphys", true},
      {Kind::fluid_cache, "a.bobj.gz", true},
      {Kind::ocean_cache, "disp_0001.exr", true},
      {Kind::node_bake, "00001_00000.json", true},
      {Kind::node_file, "a.stl", true},
      {Kind::node_file, "a.pem", false},
      {Kind::script, "a.osl", true},
      {Kind::ies, "a.ies", true},
      {Kind::text, "a.py", true},
      {Kind::external_data, "a.btx", true},
      {Kind::external_data, "a", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(fits_kind(c.kind, c.name), c.fits) << trace::to_string(c.kind) << ' ' << c.name;
    EXPECT_EQ(why_unfit(c.kind, c.name).empty(), c.fits);
  }
}

struct Place {
  std::string path;
  std::string reason;
};

void expect_reasons(Kind kind, System system, const std::vector<Place>& places) {
  for (const auto& [path, reason] : places) {
    const std::string found = why_private(kind, path, "/home/me", system);
    if (reason.empty()) {
      EXPECT_EQ(found, "") << path;
    } else {
      EXPECT_THAT(found, ::testing::HasSubstr(reason)) << path;
    }
  }
}

TEST(WhyPrivate, NamesThePlace) {
  expect_reasons(Kind::image, System::linux_like,
                 {{"/home/me/tex/wall.png", ""},
                  {"/home/me/.cache/wall.png", "hidden folder (\"/home/me/.cache\")"},
                  {"/home/me/.ssh/wall.png", "secrets"},
                  {"/home/me/tex/.wall.png", "hidden file"},
                  {"/etc/ssl/x.png", "configuration"},
                  {"/etcetera/x.png", ""},
                  {"/home/me/libraries/x.png", ""}});
}

TEST(WhyPrivate, FollowsTheSystemsOwnHabits) {
  const std::string application_data = "/home/me/AppData/Local/x.png";
  const std::string library = "/home/me/Library/x.png";
  expect_reasons(Kind::image, System::linux_like,
                 {{application_data, ""}, {library, ""}, {"/home/me/library/tex/oak.png", ""}});
  expect_reasons(Kind::image, System::macos, {{application_data, ""}, {library, "settings"}});
  expect_reasons(Kind::image, System::windows, {{application_data, "settings"}, {library, ""}});
  expect_reasons(Kind::image, System::macos, {{"/home/you/Library/x.png", ""}});
  EXPECT_EQ(why_private(Kind::image, "/x/Library/y.png", "", System::macos), "");
}

TEST(WhyPrivate, NotFontsOfTheUser) {
  expect_reasons(Kind::font, System::linux_like,
                 {{"/home/me/.local/share/fonts/a.ttf", ""},
                  {"/home/me/.fonts/a.otf", ""},
                  {"/home/me/.ssh/a.ttf", "secrets"}});
  expect_reasons(Kind::font, System::windows,
                 {{"/home/me/AppData/Local/Microsoft/Windows/Fonts/a.ttf", ""}});
  expect_reasons(Kind::font, System::macos, {{"/home/me/Library/Fonts/a.ttf", ""}});
}

TEST(WhyPrivate, NotWhatBelongsToBlender) {
  expect_reasons(Kind::library, System::linux_like,
                 {{"/home/me/.config/blender/4.2/assets/tree.blend", ""},
                  {"/home/me/.config/blenderish/tree.blend", "hidden folder"},
                  {"/home/me/.local/share/Steam/Blender/4.2/datafiles/assets/a.blend", ""}});
  expect_reasons(Kind::library, System::windows,
                 {{"/home/me/AppData/Roaming/Blender Foundation/Blender/4.2/tree.blend", ""},
                  {"/home/me/AppData/Roaming/Other/tree.blend", "settings"}});
}

TEST(WhySecret, KeysPasswordsAndBrowsers) {
  for (const char* path :
       {"/home/me/.ssh/wall.png", "/home/me/.gnupg/x", "/home/me/.password-store/a",
        "/home/me/.mozilla/firefox/x.png", "/home/me/.config/google-chrome/Default/a.png",
        "/Users/me/Library/Keychains/x.db", "C:/Users/me/AppData/Roaming/Mozilla/x.png",
        "/home/me/a.kdbx", "/srv/keys/server.pem", "/home/me/id_ed25519", "/etc/shadow"})
    EXPECT_NE(why_secret(path), "") << path;
  for (const char* path : {"/home/me/.cache/dvc/ab/c0ffee", "/film/.git/annex/objects/a/b.png",
                           "/home/me/.config/blender/a.blend", "/home/me/tex/wall.png",
                           "/film/sshd/x.png", "/film/keys/key.png"})
    EXPECT_EQ(why_secret(path), "") << path;
}

TEST(WhyRefused, WhatIsNoFile) {
  for (const char* project : {"/home/me/film", "/", "/dev/shm/film"}) {
    EXPECT_NE(why_refused("/proc/self/environ", project), "") << project;
    EXPECT_NE(why_refused("/sys/x.png", project), "") << project;
    EXPECT_NE(why_refused("/dev/sda", project), "") << project;
    EXPECT_EQ(why_refused("/devel/x.png", project), "") << project;
  }
}

TEST(WhyRefused, NotWhatLiesOnADiskInMemory) {
  EXPECT_EQ(why_refused("/dev/shm/film/x.png", "/home/me/film"), "");
  EXPECT_NE(why_refused("/dev/shmoo/x.png", "/home/me/film"), "");
  EXPECT_EQ(why_refused("/dev/ramdisk/film/x.png", "/dev/ramdisk/film"), "");
  EXPECT_NE(why_refused("/dev/ramdisk/other/x.png", "/dev/ramdisk/film"), "");
}

}  // namespace
}  // namespace shaman::pack
