// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/os.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary_folder.hpp"

namespace shaman::os {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(OsPaths, AreTakenApartAndJoined) {
  EXPECT_EQ(parent("a/b/c"), "a/b");
  EXPECT_EQ(parent("/c"), "/");
  EXPECT_EQ(parent("c"), "");
  EXPECT_EQ(file_name("a/b/c"), "c");
  EXPECT_EQ(join("a", "b"), "a/b");
  EXPECT_EQ(join("/", "b"), "/b");
}

TEST(OsPaths, AbsoluteIsCleanedByText) {
  EXPECT_EQ(absolute("/a/./b//../c/"), "/a/c");
  EXPECT_EQ(absolute("/../.."), "/");
  EXPECT_EQ(absolute("x/.."), absolute("."));
}

TEST(OsFiles, ReadsAtOffsets) {
  const test::TemporaryFolder folder;
  const auto file = InputFile::open(folder.write("f", "0123456789"));
  ASSERT_TRUE(file);
  std::array<std::byte, 8> buffer;
  ASSERT_EQ(file->read_at(4, buffer).value(), 6U);
  EXPECT_EQ(static_cast<char>(buffer[0]), '4');
  EXPECT_EQ(file->info()->size, 10U);
}

TEST(OsFiles, OpensOnlyRegularFilesAndNeverHangs) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  const auto fifo = InputFile::open(folder.path("fifo"));
  ASSERT_FALSE(fifo);
  EXPECT_NE(fifo.error().message().find("not a regular file"), std::string::npos);
  EXPECT_FALSE(InputFile::open(folder.path()));
  EXPECT_EQ(InputFile::open(folder.path("none")).error().code, errc::not_found);
}

TEST(OsFiles, OutputAppearsOnlyWhenCommitted) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("new/deep/file");
  {
    auto output = OutputFile::create(path);
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write(bytes("half")));
  }
  EXPECT_EQ(info(path).error().code, errc::not_found);
  EXPECT_TRUE(list_folder(folder.path("new/deep"))->empty());
  auto output = OutputFile::create(path);
  ASSERT_TRUE(output);
  ASSERT_TRUE(output->write(bytes("whole")));
  ASSERT_TRUE(output->commit(true));
  EXPECT_EQ(test::TemporaryFolder::read(path), "whole");
}

TEST(OsFiles, ListsThroughLinks) {
  const test::TemporaryFolder folder;
  folder.write("real/f", "");
  ASSERT_EQ(::symlink("real", folder.path("link").c_str()), 0);
  const auto entries = list_folder(folder.path());
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  for (const FolderEntry& entry : *entries)
    EXPECT_TRUE(entry.is_folder) << entry.name;
}

TEST(OsFiles, IdentityFollowsRenames) {
  const test::TemporaryFolder folder;
  const std::string before = folder.write("a", "x");
  const FileIdentity identity = info(before)->identity;
  ASSERT_EQ(::rename(before.c_str(), folder.path("b").c_str()), 0);
  EXPECT_EQ(info(folder.path("b"))->identity, identity);
}

}  // namespace
}  // namespace shaman::os
