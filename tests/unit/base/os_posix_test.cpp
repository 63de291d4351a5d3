// SPDX-License-Identifier: GPL-3.0-or-later
// What os.hpp promises where paths start with `/`.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/os.hpp"

#include "temporary_folder.hpp"

namespace shaman::os {
namespace {

TEST(OsPosix, AbsoluteIsCleanedByText) {
  EXPECT_EQ(absolute("/a/./b//../c/"), "/a/c");
  EXPECT_EQ(absolute("/../.."), "/");
  EXPECT_EQ(absolute("x/.."), absolute("."));
}

TEST(OsPosix, OpensOnlyRegularFilesAndNeverHangs) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  const auto fifo = InputFile::open(folder.path("fifo"));
  ASSERT_FALSE(fifo);
  EXPECT_NE(fifo.error().message().find("not a regular file"), std::string::npos);
  EXPECT_FALSE(InputFile::open(folder.path()));
  EXPECT_EQ(InputFile::open(folder.path("none")).error().code, errc::not_found);
}

TEST(OsPosix, ListsThroughLinks) {
  const test::TemporaryFolder folder;
  folder.write("real/f", "");
  ASSERT_EQ(::symlink("real", folder.path("link").c_str()), 0);
  const auto entries = list_folder(folder.path());
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  for (const FolderEntry& entry : *entries)
    EXPECT_TRUE(entry.is_folder) << entry.name;
}

TEST(OsPosix, TheRealPathInAFolderFollowsTheLastLinkToo) {
  const test::TemporaryFolder folder;
  const std::string real = *real_path(folder.path());
  folder.write("there/f", "");
  ASSERT_EQ(::symlink("there/f", folder.path("link").c_str()), 0);
  ASSERT_EQ(::symlink("none", folder.path("broken").c_str()), 0);
  EXPECT_EQ(*real_path_in(real + "/there", "f"), real + "/there/f");
  EXPECT_EQ(*real_path_in(real, "link"), real + "/there/f");
  EXPECT_EQ(real_path_in(real, "broken").error().code, errc::not_found);
  EXPECT_EQ(real_path_in(real, "none").error().code, errc::not_found);
  EXPECT_EQ(*real_path_in("/", "tmp"), *real_path("/tmp"));
}

}  // namespace
}  // namespace shaman::os
