// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/os.hpp"

#include <array>
#include <span>

#include <gtest/gtest.h>

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

TEST(OsFiles, ReadsAtOffsets) {
  const test::TemporaryFolder folder;
  const auto file = InputFile::open(folder.write("f", "0123456789"));
  ASSERT_TRUE(file);
  std::array<std::byte, 8> buffer;
  ASSERT_EQ(file->read_at(4, buffer).value(), 6U);
  EXPECT_EQ(static_cast<char>(buffer[0]), '4');
  EXPECT_EQ(file->info()->size, 10U);
}

TEST(OsFiles, OpensOnlyFiles) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(InputFile::open(folder.path()));
  EXPECT_EQ(InputFile::open(folder.path("none")).error().code, errc::not_found);
  EXPECT_EQ(InputFile::open(folder.path("no/folder")).error().code, errc::not_found);
}

TEST(OsFiles, NamesAreUtf8) {
  const test::TemporaryFolder folder;
  const std::string name = "t\u00ebx \u30d6 1.png";
  const std::string path = folder.write(name, "x");
  ASSERT_TRUE(info(path));
  const auto entries = list_folder(folder.path());
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 1U);
  EXPECT_EQ(entries->front().name, name);
  EXPECT_FALSE(entries->front().is_folder);
}

TEST(OsFiles, OutputReplacesWhatIsThere) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("file", "old");
  auto output = OutputFile::create(path);
  ASSERT_TRUE(output);
  ASSERT_TRUE(output->write(bytes("new")));
  ASSERT_TRUE(output->commit());
  EXPECT_EQ(test::TemporaryFolder::read(path), "new");
  ASSERT_TRUE(remove_file(path));
  EXPECT_EQ(info(path).error().code, errc::not_found);
}

TEST(OsFiles, TimesAreSaneAndNotOfTheFuture) {
  const test::TemporaryFolder folder;
  const std::int64_t before = now_ns();
  const auto found = info(folder.write("file", "x"));
  ASSERT_TRUE(found);
  // File times are taken from a clock that may tick only every few milliseconds.
  EXPECT_GE(found->mtime_ns, before - 2'000'000'000);
  EXPECT_LE(found->mtime_ns, now_ns() + 2'000'000'000);
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

TEST(OsFiles, IdentityFollowsRenames) {
  const test::TemporaryFolder folder;
  const std::string before = folder.write("a", "x");
  const FileIdentity identity = info(before)->identity;
  ASSERT_TRUE(rename_file(before, folder.path("b")));
  EXPECT_EQ(info(folder.path("b"))->identity, identity);
}

}  // namespace
}  // namespace shaman::os
