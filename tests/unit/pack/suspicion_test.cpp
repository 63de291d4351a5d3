// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/suspicion.hpp"

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

TEST(WhyPrivate, NamesThePlace) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"/home/me/tex/wall.png", ""},
      {"/home/me/.ssh/wall.png", "hidden folder (\"/home/me/.ssh\")"},
      {"/home/me/tex/.wall.png", "hidden file"},
      {"/etc/ssl/x.png", "configuration"},
      {"/etcetera/x.png", ""},
      {"/home/me/AppData/Local/x.png", "settings"},
      {"/home/me/Library/Keychains/x.png", "settings"},
      {"/home/you/Library/x.png", ""},
      {"/home/me/libraries/x.png", ""},
  };
  for (const auto& [path, reason] : cases) {
    if (reason.empty()) {
      EXPECT_EQ(why_private(path, "/home/me"), "") << path;
    } else {
      EXPECT_THAT(why_private(path, "/home/me"), ::testing::HasSubstr(reason)) << path;
    }
  }
  EXPECT_EQ(why_private("/x/Library/y.png", ""), "");
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
