// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/cache/known_list.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman::client {
namespace {

FileList list_of(const std::vector<std::string>& paths, std::uint64_t size = 1) {
  FileList files;
  for (const std::string& path : paths)
    files.add({Sha256::of(path), size}, path);
  return files;
}

const std::vector<std::string> kPaths{"a", "b", "c d", "e/\xC3\xA9", "f"};

class KnownListTest : public testing::Test {
 protected:
  [[nodiscard]] KnownList open(const std::string& server = "http://farm",
                               const std::string& wish = "film/shot") const {
    return {folder_.path(), server, wish};
  }
  void remember(const std::string& server = "http://farm") const {
    open(server).remember("film/shot-1", list_of(kPaths));
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path()))
      if (entry.is_regular_file()) found.push_back(entry.path().string());
    return found;
  }

  test::TemporaryFolder folder_;
};

TEST_F(KnownListTest, KnowsNothingAtFirst) {
  EXPECT_FALSE(open().difference_to(list_of(kPaths)));
}

TEST_F(KnownListTest, TellsWhatChanged) {
  remember();
  auto unchanged = open().difference_to(list_of(kPaths));
  ASSERT_TRUE(unchanged);
  EXPECT_EQ(unchanged->base, "film/shot-1");
  EXPECT_TRUE(unchanged->changed.empty());
  EXPECT_TRUE(unchanged->removed.empty());
  const auto changed = open().difference_to(list_of({"a", "b", "c d", "e/\xC3\xA9", "g"}));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->changed.size(), 1U);
  EXPECT_EQ(changed->removed, std::vector<std::string>{"f"});
}

TEST_F(KnownListTest, SaysNothingIfMuchChanged) {
  remember();
  EXPECT_FALSE(open().difference_to(list_of(kPaths, 2)));
}

TEST_F(KnownListTest, IsOfOneServerAndOneProject) {
  remember();
  EXPECT_FALSE(open("http://other").difference_to(list_of(kPaths)));
  EXPECT_FALSE(open("http://farm", "film/other").difference_to(list_of(kPaths)));
}

TEST_F(KnownListTest, IsForgottenUntilTheNextCheckout) {
  remember();
  KnownList known = open();
  EXPECT_TRUE(known.difference_to(list_of(kPaths)));
  known.forget();
  EXPECT_FALSE(known.difference_to(list_of(kPaths)));
  known.remember("film/shot-2", list_of(kPaths));
  EXPECT_EQ(known.difference_to(list_of(kPaths))->base, "film/shot-2");
}

TEST_F(KnownListTest, SurvivesAnythingInItsFile) {
  remember();
  ASSERT_EQ(files().size(), 1U);
  const std::string file = files().front();
  const std::string good = test::TemporaryFolder::read(file);
  for (std::size_t length = 0; length < good.size(); length += 7) {
    std::ofstream(file, std::ios::binary) << good.substr(0, length);
    static_cast<void>(open().difference_to(list_of(kPaths)));
    std::ofstream(file, std::ios::binary) << good.substr(0, length) + '\0' + good.substr(length);
    static_cast<void>(open().difference_to(list_of(kPaths)));
  }
  std::ofstream(file, std::ios::binary) << good;
  EXPECT_TRUE(open().difference_to(list_of(kPaths)));
}

TEST_F(KnownListTest, KeepsFewFilesHoweverManyProjectsThereAre) {
  for (int project = 0; project < 300; ++project)
    remember("http://farm" + std::to_string(project));
  EXPECT_LE(files().size(), 64U);
  EXPECT_GT(files().size(), 32U);
}

TEST_F(KnownListTest, RemembersNothingWithoutACache) {
  KnownList known("", "http://farm", "film/shot");
  known.remember("film/shot", list_of(kPaths));
  EXPECT_FALSE(known.difference_to(list_of(kPaths)));
}

}  // namespace
}  // namespace shaman::client
