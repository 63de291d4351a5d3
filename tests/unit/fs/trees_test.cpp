// SPDX-License-Identifier: GPL-3.0-or-later
#include "fs/trees.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/fs/local.hpp"

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

namespace shaman::fs {
namespace {

namespace errors = boost::system::errc;
using test::Call;
using test::FailingFileSystem;
using test::Operation;
using test::TemporaryFolder;

// While it lives, this process can open only so many more files.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(0);
    ::close(next);
    rlimit few = before_;
    few.rlim_cur = static_cast<rlim_t>(next) + more;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

// Everything holds with openat2 and without it.
class TreesTest : public ::testing::TestWithParam<LocalFileSystem::Resolution> {
 protected:
  TreesTest() : local_(GetParam()), fs_(local_), root_(fs_.open_root(temporary_.path()).value()) {}

  void write(std::string_view path) { static_cast<void>(temporary_.write(path, "x")); }
  [[nodiscard]] bool exists(std::string_view path) const {
    return std::filesystem::exists(std::filesystem::symlink_status(temporary_.path(path)));
  }
  // A chain of folders of that name below `top`, with a file and a link in the last: no path can
  // name them.
  void make_chain(const std::string& top, int depth, const std::string& name = "d") {
    int folder = ::open(temporary_.path().c_str(), O_RDONLY | O_DIRECTORY);
    std::string next = top;
    for (int i = 0; i <= depth; ++i) {
      ASSERT_EQ(::mkdirat(folder, next.c_str(), 0755), 0);
      const int below = ::openat(folder, next.c_str(), O_RDONLY | O_DIRECTORY);
      ::close(folder);
      folder = below;
      next = name;
    }
    ::close(::openat(folder, "file", O_CREAT | O_WRONLY, 0644));
    ASSERT_EQ(::symlinkat("/", folder, "link"), 0);
    ::close(folder);
  }
  static Keeps by_name(std::string kept) {
    return [kept = std::move(kept)](const Folder&, const Entry& entry, const std::string&) {
      return entry.name == kept;
    };
  }

  TemporaryFolder temporary_;
  LocalFileSystem local_;
  FailingFileSystem fs_;
  Folder root_;
};

TEST_P(TreesTest, RemovesAllButWhatLinksLeadTo) {
  write("keep/file");
  write("tree/a/b/file");
  std::filesystem::create_symlink("../../keep", temporary_.path("tree/a/link"));
  ASSERT_TRUE(remove_tree(fs_, root_, "tree"));
  EXPECT_TRUE(remove_tree(fs_, root_, "tree")) << "what is not there is removed already";
  EXPECT_FALSE(exists("tree"));
  EXPECT_TRUE(exists("keep/file"));
}

TEST_P(TreesTest, RemovesAChainOf14000Folders) {
  make_chain("tree", 14'000);
  const FewDescriptors few(100);
  const auto removed = remove_tree(fs_, root_, "tree");
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(exists("tree"));
}

TEST_P(TreesTest, RemovesAChainWithLongNamesAndFewDescriptors) {
  make_chain("tree", 200, std::string(250, 'n'));
  const FewDescriptors few(12);
  const auto removed = remove_tree(fs_, root_, "tree");
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(exists("tree"));
}

TEST_P(TreesTest, RemovesManyChainsAndManyFiles) {
  for (int i = 0; i < 4; ++i)
    make_chain(i == 0 ? "tree" : "tree/" + std::to_string(i), 100);
  for (int i = 0; i < 4200; ++i)
    std::ofstream(temporary_.path("tree/file" + std::to_string(i)));
  ASSERT_TRUE(remove_tree(fs_, root_, "tree"));
  EXPECT_FALSE(exists("tree"));
}

TEST_P(TreesTest, TheRestGoesWhereOneFileCannotBeRemoved) {
  write("tree/a/stays");
  write("tree/a/goes");
  write("tree/b/goes");
  fs_.on_call([](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::remove_file && call.path == "stays")
      return errors::make_error_code(errors::permission_denied);
    return {};
  });
  const auto removed = remove_tree(fs_, root_, "tree");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error(), errors::permission_denied);
  EXPECT_TRUE(exists("tree/a/stays"));
  EXPECT_FALSE(exists("tree/a/goes"));
  EXPECT_FALSE(exists("tree/b"));
}

TEST_P(TreesTest, WhatComesMeanwhileGoesAsWell) {
  write("tree/a/file");
  int left = 3;
  fs_.on_call([&](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::remove_folder && call.path == "a" && left-- > 0)
      write("tree/a/late");
    return {};
  });
  ASSERT_TRUE(remove_tree(fs_, root_, "tree"));
  EXPECT_FALSE(exists("tree"));
}

TEST_P(TreesTest, EndsWhereFilesComeWithoutEnd) {
  write("tree/a/file");
  fs_.on_call([&](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::remove_folder && call.path == "a") write("tree/a/late");
    return {};
  });
  const auto removed = remove_tree(fs_, root_, "tree");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error(), errors::directory_not_empty);
}

// Between the look and the call, a folder becomes a link that leads out of the tree.
TEST_P(TreesTest, AFolderThatBecomesALinkIsNotEntered) {
  write("keep/file");
  write("tree/a/file");
  bool is_done = false;
  fs_.on_call([&](const Call& call) -> boost::system::error_code {
    if (call.operation != Operation::open_folder || call.path != "a" || is_done) return {};
    is_done = true;
    std::filesystem::remove_all(temporary_.path("tree/a"));
    std::filesystem::create_symlink("../keep", temporary_.path("tree/a"));
    return {};
  });
  ASSERT_TRUE(remove_tree(fs_, root_, "tree"));
  EXPECT_TRUE(is_done);
  EXPECT_FALSE(exists("tree"));
  EXPECT_TRUE(exists("keep/file"));
}

TEST_P(TreesTest, WhatCannotBeReadStaysButForEmptyFolders) {
  write("tree/secret/file");
  std::filesystem::create_directories(temporary_.path("tree/empty"));
  fs_.on_call([](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::open_folder && (call.path == "secret" || call.path == "empty"))
      return errors::make_error_code(errors::permission_denied);
    return {};
  });
  const auto removed = remove_tree(fs_, root_, "tree");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error(), errors::permission_denied);
  EXPECT_TRUE(exists("tree/secret/file"));
  EXPECT_FALSE(exists("tree/empty"));
}

TEST_P(TreesTest, StrippingKeepsWhatIsAskedForInItsPlace) {
  write("tree/a/frame");
  write("tree/a/b/gone");
  write("tree/gone");
  const auto kept = strip_tree(fs_, root_, "tree", by_name("frame"));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->count, 1U);
  EXPECT_EQ(kept->first, "a/frame");
  EXPECT_FALSE(kept->failure);
  EXPECT_TRUE(exists("tree/a/frame"));
  EXPECT_FALSE(exists("tree/a/b"));
  EXPECT_FALSE(exists("tree/gone"));
}

TEST_P(TreesTest, StrippingLeavesNothingWhereNothingIsKept) {
  write("tree/a/gone");
  const auto kept = strip_tree(fs_, root_, "tree", by_name("frame"));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->count, 0U);
  EXPECT_FALSE(exists("tree"));
}

TEST_P(TreesTest, StrippingFindsWhatLiesAtTheEndOfAChain) {
  make_chain("tree", 1000);
  const auto kept = strip_tree(fs_, root_, "tree", by_name("file"));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->count, 1U);
  // Where it is then has a path again.
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(temporary_.path("tree")))
    if (!entry.is_directory()) files.push_back(entry.path().filename());
  EXPECT_EQ(files, std::vector<std::string>{"file"});
}

TEST_P(TreesTest, StrippingLeavesWhatItCannotTellOf) {
  write("tree/a/unread");
  write("tree/gone");
  const auto kept = strip_tree(
      fs_, root_, "tree",
      [](const Folder&, const Entry& entry, const std::string&) -> result<bool> {
        if (entry.name != "unread") return false;
        return {boost::system::in_place_error, errors::make_error_code(errors::io_error)};
      });
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->failure, errors::make_error_code(errors::io_error));
  EXPECT_EQ(kept->count, 0U);
  EXPECT_TRUE(exists("tree/a/unread"));
  EXPECT_FALSE(exists("tree/gone"));
}

TEST_P(TreesTest, AskedForTheirPlacesInTheTree) {
  write("tree/a/b/c");
  write("tree/d");
  std::vector<std::string> paths;
  const auto kept =
      strip_tree(fs_, root_, "tree", [&](const Folder&, const Entry&, const std::string& path) {
        paths.push_back(path);
        return true;
      });
  ASSERT_TRUE(kept);
  EXPECT_THAT(paths, testing::UnorderedElementsAre("a/b/c", "d"));
}

TEST_P(TreesTest, LeavesNoHandleOpen) {
  const std::size_t before = fs_.open_handles();
  make_chain("tree", 200);
  ASSERT_TRUE(remove_tree(fs_, root_, "tree"));
  EXPECT_EQ(fs_.open_handles(), before);
}

TEST_P(TreesTest, OpensFoldersWhosePathNoCallTakes) {
  const std::string name(250, 'n');
  make_chain("tree", 40, name);
  std::string path = "tree";
  for (int i = 0; i < 40; ++i)
    path += "/" + name;
  ASSERT_GT(path.size(), std::size_t{PATH_MAX});
  const bool takes_whole_paths = GetParam() == LocalFileSystem::Resolution::automatic;
  EXPECT_NE(takes_whole_paths, fs_.open_folder(root_, path).has_value());
  const auto folder = open_far_folder(fs_, root_, path);
  ASSERT_TRUE(folder) << folder.error().message();
  EXPECT_EQ(fs_.list(*folder)->size(), 2U);
  EXPECT_FALSE(open_far_folder(fs_, root_, path + "/" + name));
}

INSTANTIATE_TEST_SUITE_P(Resolutions, TreesTest,
                         ::testing::Values(LocalFileSystem::Resolution::automatic,
                                           LocalFileSystem::Resolution::walk),
                         [](const auto& parameter) {
                           return parameter.param == LocalFileSystem::Resolution::walk
                                      ? "Walk"
                                      : "Automatic";
                         });

}  // namespace
}  // namespace shaman::fs
