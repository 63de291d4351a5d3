// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "shaman/fs/local.hpp"

#include "temporary_folder.hpp"

namespace shaman::fs {
namespace {

namespace errors = boost::system::errc;
using test::TemporaryFolder;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// Everything holds with openat2 and without it.
class LocalFileSystemTest : public ::testing::TestWithParam<LocalFileSystem::Resolution> {
 protected:
  LocalFileSystemTest() : fs_(GetParam()), root_(fs_.open_root(temporary_.path()).value()) {}

  void write(std::string_view path, std::string_view content) {
    static_cast<void>(temporary_.write(path, content));
  }
  void link(const std::string& text, std::string_view path) {
    std::filesystem::create_symlink(text, temporary_.path(path));
  }

  TemporaryFolder temporary_;
  LocalFileSystem fs_;
  Folder root_;
};

TEST_P(LocalFileSystemTest, WritesAndReads) {
  ASSERT_TRUE(fs_.make_folder(root_, "a"));
  ASSERT_TRUE(fs_.make_folder(root_, "a/b"));
  auto file = fs_.create_file(root_, "a/b/file");
  ASSERT_TRUE(file);
  ASSERT_TRUE(write_all(fs_, *file, 0, bytes("hello ")));
  ASSERT_TRUE(write_all(fs_, *file, 6, bytes("world")));
  fs_.start_write_back(*file, 0, 11);
  ASSERT_TRUE(fs_.set_mode(*file, 0444));
  ASSERT_TRUE(fs_.flush(*file));
  ASSERT_TRUE(fs_.flush(root_));
  ASSERT_TRUE(fs_.flush_all(root_));
  ASSERT_TRUE(fs_.close(std::move(*file)));

  const auto opened = fs_.open_file(root_, "a/b/file");
  ASSERT_TRUE(opened);
  EXPECT_EQ(read_all(fs_, *opened, 100).value(), "hello world");
  EXPECT_EQ(read_all(fs_, *opened, 11).value(), "hello world");
  EXPECT_EQ(read_all(fs_, *opened, 10).error(), errors::file_too_large);
  const auto stat = fs_.stat(root_, "a/b/file");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->type, EntryType::regular);
  EXPECT_EQ(stat->size, 11U);
  EXPECT_EQ(stat->mode, 0444U);
  EXPECT_EQ(fs_.stat(*opened)->inode, stat->inode);
  EXPECT_EQ(fs_.stat(root_)->device, stat->device);
}

TEST_P(LocalFileSystemTest, CreatesOnlyWhatIsNotThere) {
  write("taken", "x");
  link("nowhere", "link");
  EXPECT_EQ(fs_.create_file(root_, "taken").error(), errors::file_exists);
  EXPECT_EQ(fs_.create_file(root_, "link").error(), errors::file_exists);
  EXPECT_EQ(fs_.make_folder(root_, "taken").error(), errors::file_exists);
  EXPECT_EQ(fs_.make_folder(root_, "a/b").error(), errors::no_such_file_or_directory);
}

TEST_P(LocalFileSystemTest, NeverFollowsALink) {
  write("outside/secret", "x");
  write("store/real/file", "y");
  link("../outside", "store/out");
  link("real", "store/inside");
  link("../outside/secret", "store/file");
  link(temporary_.path("outside"), "store/absolute");
  const auto store = fs_.open_folder(root_, "store");
  ASSERT_TRUE(store);
  for (const std::string name : {"out", "inside", "absolute"}) {
    EXPECT_FALSE(fs_.open_folder(*store, name)) << name;
    EXPECT_FALSE(fs_.open_file(*store, name + "/secret")) << name;
    EXPECT_FALSE(fs_.open_file(*store, name + "/file")) << name;
    EXPECT_FALSE(fs_.create_file(*store, name + "/new")) << name;
    EXPECT_FALSE(fs_.make_folder(*store, name + "/new")) << name;
    EXPECT_FALSE(fs_.make_link(*store, name + "/new", "text")) << name;
    EXPECT_FALSE(fs_.stat(*store, name + "/secret")) << name;
    EXPECT_FALSE(fs_.touch(*store, name + "/secret")) << name;
    EXPECT_FALSE(fs_.remove_file(*store, name + "/secret")) << name;
    EXPECT_FALSE(fs_.rename(*store, name + "/secret", *store, "stolen")) << name;
    EXPECT_FALSE(fs_.rename(*store, "real/file", *store, name + "/new")) << name;
    EXPECT_EQ(fs_.stat(*store, name)->type, EntryType::link) << name;
  }
  EXPECT_FALSE(fs_.open_file(*store, "file"));
  EXPECT_FALSE(fs_.open_folder(*store, "file"));
  EXPECT_EQ(fs_.read_link(*store, "file").value(), "../outside/secret");
  ASSERT_TRUE(fs_.remove_file(*store, "file"));
  EXPECT_EQ(TemporaryFolder::read(temporary_.path("outside/secret")), "x");
  EXPECT_FALSE(std::filesystem::exists(temporary_.path("outside/new")));
  EXPECT_FALSE(std::filesystem::exists(temporary_.path("store/real/new")));
}

TEST_P(LocalFileSystemTest, RefusesPathsThatAreNotBelow) {
  write("outside", "x");
  write("a/b/c", "x");
  const auto a = fs_.open_folder(root_, "a");
  ASSERT_TRUE(a);
  using namespace std::string_view_literals;
  for (const auto path : {"../outside"sv, "/etc/passwd"sv, ".."sv, "."sv, ""sv, "../a/x"sv,
                          "x\0y"sv, "./x"sv, "b//x"sv, "b/./x"sv, "b/../x"sv}) {
    EXPECT_FALSE(fs_.stat(*a, path)) << path;
    EXPECT_FALSE(fs_.open_file(*a, path)) << path;
    EXPECT_FALSE(fs_.create_file(*a, path)) << path;
    EXPECT_FALSE(fs_.remove_file(*a, path)) << path;
  }
  EXPECT_EQ(fs_.stat(*a, std::string(256, 'x')).error(), errors::filename_too_long);
}

TEST_P(LocalFileSystemTest, ListsFolders) {
  write("file", "x");
  write("folder/inner", "x");
  link("file", "link");
  ASSERT_EQ(::mkfifo(temporary_.path("pipe").c_str(), 0600), 0);
  for (int round = 0; round < 2; ++round) {
    auto entries = fs_.list(root_);
    ASSERT_TRUE(entries);
    std::sort(entries->begin(), entries->end(),
              [](const Entry& left, const Entry& right) { return left.name < right.name; });
    ASSERT_EQ(entries->size(), 4U);
    EXPECT_EQ((*entries)[0].name, "file");
    EXPECT_EQ((*entries)[0].type, EntryType::regular);
    EXPECT_EQ((*entries)[1].type, EntryType::folder);
    EXPECT_EQ((*entries)[2].type, EntryType::link);
    EXPECT_EQ((*entries)[3].type, EntryType::other);
  }
}

TEST_P(LocalFileSystemTest, NeverWaitsForAPipe) {
  ASSERT_EQ(::mkfifo(temporary_.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(fs_.open_file(root_, "pipe").error(), errors::invalid_argument);
}

TEST_P(LocalFileSystemTest, RenamesFolders) {
  write("full/x", "x");
  write("other/y", "y");
  ASSERT_TRUE(fs_.make_folder(root_, "empty"));
  const auto taken = fs_.rename(root_, "full", root_, "other");
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error() == errors::directory_not_empty || taken.error() == errors::file_exists);
  EXPECT_FALSE(fs_.rename_to_free_name(root_, "full", root_, "empty"));
  ASSERT_TRUE(fs_.rename(root_, "full", root_, "empty"));
  EXPECT_EQ(TemporaryFolder::read(temporary_.path("empty/x")), "x");
}

TEST_P(LocalFileSystemTest, LocksExcludeEachOther) {
  write("lock", "");
  auto first = fs_.open_file(root_, "lock");
  const auto second = fs_.open_file(root_, "lock");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(fs_.try_lock(*first).value());
  EXPECT_FALSE(fs_.try_lock(*second).value());
  ASSERT_TRUE(fs_.close(std::move(*first)));
  EXPECT_TRUE(fs_.try_lock(*second).value());
}

TEST_P(LocalFileSystemTest, TouchesWithoutChangingContent) {
  write("file", "x");
  std::filesystem::last_write_time(
      temporary_.path("file"),
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(100));
  const auto before = fs_.now();
  EXPECT_LT(fs_.stat(root_, "file")->modified, before - std::chrono::hours(99));
  ASSERT_TRUE(fs_.touch(root_, "file"));
  EXPECT_GT(fs_.stat(root_, "file")->modified, before - std::chrono::seconds(5));
}

TEST_P(LocalFileSystemTest, ListsNoMoreThanAskedFor) {
  for (const char* const name : {"a", "b", "c"})
    write(name, "x");
  EXPECT_EQ(fs_.list(root_, 2)->size(), 2U);
  EXPECT_EQ(fs_.list(root_, 3)->size(), 3U);
  EXPECT_EQ(fs_.list(root_)->size(), 3U);
}

TEST_P(LocalFileSystemTest, SetsTheModeOfAFolder) {
  ASSERT_TRUE(fs_.make_folder(root_, "a"));
  const Folder folder = fs_.open_folder(root_, "a").value();
  ASSERT_TRUE(fs_.set_mode(folder, 0700));
  EXPECT_EQ(fs_.stat(root_, "a")->mode, 0700U);
}

TEST_P(LocalFileSystemTest, KnowsTheMachine) {
  const auto space = fs_.space(root_);
  ASSERT_TRUE(space);
  EXPECT_GT(space->free_bytes, 0U);
  EXPECT_GT(space->free_inodes, 0U);
  EXPECT_NE(fs_.random(), fs_.random());
  EXPECT_FALSE(fs_.process().host.empty());
  EXPECT_FALSE(fs_.process().boot.empty());
  EXPECT_GT(fs_.process().pid, 0U);
}

TEST_P(LocalFileSystemTest, HandlesMoveAndClose) {
  auto one = fs_.open_folder(root_, "missing");
  EXPECT_EQ(one.error(), errors::no_such_file_or_directory);
  ASSERT_TRUE(fs_.make_folder(root_, "a"));
  Folder a = fs_.open_folder(root_, "a").value();
  Folder b = std::move(a);
  EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_TRUE(b);
  b = Folder();
  EXPECT_FALSE(b);
  EXPECT_TRUE(fs_.close(std::move(b)));
}

INSTANTIATE_TEST_SUITE_P(Resolutions, LocalFileSystemTest,
                         ::testing::Values(LocalFileSystem::Resolution::automatic,
                                           LocalFileSystem::Resolution::walk),
                         [](const auto& parameter) {
                           return parameter.param == LocalFileSystem::Resolution::walk
                                      ? "Walk"
                                      : "Automatic";
                         });

}  // namespace
}  // namespace shaman::fs
