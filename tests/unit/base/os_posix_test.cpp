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

}  // namespace
}  // namespace shaman::os
