// SPDX-License-Identifier: GPL-3.0-or-later
// What os.hpp promises where paths start with a drive or a server.
#include <gtest/gtest.h>

#include "shaman/os.hpp"

#include "base/os/windows_text.hpp"
#include "temporary_folder.hpp"

namespace shaman::os {
namespace {

using windows::full_path;

TEST(OsWindows, AbsoluteIsCleanedByText) {
  EXPECT_EQ(absolute("C:/a/./b//../c/"), "C:/a/c");
  EXPECT_EQ(absolute("C:\\a\\b"), "C:/a/b");
  EXPECT_EQ(absolute("C:/../.."), "C:/");
  EXPECT_EQ(absolute("C:"), "C:/");
  EXPECT_EQ(absolute("\\\\srv\\share\\a\\..\\b"), "//srv/share/b");
  EXPECT_EQ(absolute("//srv/share/../.."), "//srv/share");
  EXPECT_EQ(absolute("\\\\?\\C:\\a"), "C:/a");
  EXPECT_EQ(absolute("\\\\?\\UNC\\srv\\share\\a"), "//srv/share/a");
  EXPECT_EQ(absolute("x/.."), absolute("."));
}

TEST(OsWindows, AbsoluteMeansADriveOrAServer) {
  EXPECT_TRUE(is_absolute("C:/a"));
  EXPECT_TRUE(is_absolute("c:\\a"));
  EXPECT_TRUE(is_absolute("//srv/share"));
  EXPECT_FALSE(is_absolute("a/b"));
  EXPECT_FALSE(is_absolute("/a"));
  EXPECT_FALSE(is_absolute("C:a"));
}

TEST(OsWindows, CallsGetPathsWithoutALimit) {
  EXPECT_EQ(full_path("C:/a/b"), L"\\\\?\\C:\\a\\b");
  EXPECT_EQ(full_path("//srv/share/b"), L"\\\\?\\UNC\\srv\\share\\b");
  EXPECT_EQ(full_path("C:/t\u00ebx"), L"\\\\?\\C:\\t\u00ebx");
}

TEST(OsWindows, DeepFoldersCanBeMadeReadAndListed) {
  const test::TemporaryFolder folder;
  std::string deep = folder.path();
  for (int i = 0; i < 10; ++i)
    deep = join(deep, std::string(60, 'd'));
  const std::string path = join(deep, "file");
  auto output = OutputFile::create(path);
  ASSERT_TRUE(output) << output.error().message();
  ASSERT_TRUE(output->commit());
  ASSERT_TRUE(info(path));
  const auto entries = list_folder(deep);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().name, "file");
}

TEST(OsWindows, OthersMayRenameAndReplaceWhatIsBeingRead) {
  const test::TemporaryFolder folder;
  const auto file = InputFile::open(folder.write("scene.blend", "old"));
  ASSERT_TRUE(file);
  ASSERT_TRUE(rename_file(folder.path("scene.blend"), folder.path("scene.blend1")));
  EXPECT_EQ(file->info()->size, 3U);
}

}  // namespace
}  // namespace shaman::os
