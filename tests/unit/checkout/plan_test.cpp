// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/plan.hpp"

#include <gtest/gtest.h>

#include "checkout/making/manifest.hpp"

namespace shaman {
namespace {

BlobId blob(std::string_view content) {
  return {Sha256::of(content), content.size()};
}

class PlanTest : public ::testing::Test {
 protected:
  using Files = std::vector<std::pair<std::string, BlobId>>;

  result<std::unique_ptr<CheckoutPlan::State>> plan(const Files& files, std::string path = "film") {
    CheckoutRequest request;
    request.path = std::move(path);
    for (const auto& [file, id] : files)
      request.files.add(id, file);
    return make_plan(std::move(request), options_);
  }
  std::vector<std::string> planned(const Files& files) {
    std::vector<std::string> paths;
    const auto made = plan(files);
    EXPECT_TRUE(made);
    if (made)
      for (const PlannedFile& file : (*made)->by_folder)
        paths.emplace_back(file.path);
    return paths;
  }
  errc refusal(const Files& files) {
    const auto made = plan(files);
    EXPECT_FALSE(made);
    return made ? errc{} : made.error().code;
  }

  const BlobId one_ = blob("one");
  const BlobId two_ = blob("two");
  CheckoutOptions options_;
};

TEST_F(PlanTest, SortsByFolder) {
  EXPECT_EQ(planned({{"b", one_}, {"a.c", one_}, {"a/z", two_}, {"a/b/c", one_}}),
            (std::vector<std::string>{"a/b/c", "a/z", "a.c", "b"}));
  EXPECT_TRUE(planned({}).empty());
}

TEST_F(PlanTest, TheSamePathTwiceWithTheSameContentIsOne) {
  EXPECT_EQ(planned({{"tile.1001.png", one_}, {"x", two_}, {"tile.1001.png", one_}}),
            (std::vector<std::string>{"tile.1001.png", "x"}));
}

TEST_F(PlanTest, BackslashesSeparate) {
  EXPECT_EQ(planned({{"tex\\wood.png", one_}, {"a\\b\\c", two_}, {"tex/wood.png", one_}}),
            (std::vector<std::string>{"a/b/c", "tex/wood.png"}));
  EXPECT_EQ(refusal({{"..\\x", one_}}), errc::unsafe_path);
  EXPECT_EQ(refusal({{"\\x", one_}}), errc::unsafe_path);
  EXPECT_EQ(refusal({{"a\\..\\..\\x", one_}}), errc::unsafe_path);
}

TEST_F(PlanTest, PathsThatContradictEachOther) {
  EXPECT_EQ(refusal({{"x", one_}, {"x", two_}}), errc::conflicting_paths);
  EXPECT_EQ(refusal({{"a\\x", one_}, {"a/x", two_}}), errc::conflicting_paths);
  EXPECT_EQ(refusal({{"a", one_}, {"a/b", two_}}), errc::conflicting_paths);
  EXPECT_EQ(refusal({{"a/b/c/d", one_}, {"a-", two_}, {"a/b", one_}, {"a/b.x", one_}}),
            errc::conflicting_paths);
  const auto made = plan({{"tex/wood.png", one_}, {"tex/wood.png", two_}});
  EXPECT_NE(made.error().message().find("tex/wood.png"), std::string::npos);
}

TEST_F(PlanTest, OneUnsafePathIsEnough) {
  EXPECT_EQ(refusal({{"fine", one_}, {"../escape", two_}}), errc::unsafe_path);
  EXPECT_EQ(plan({{"fine", one_}}, "../escape").error().code, errc::unsafe_path);
}

TEST_F(PlanTest, HasALimit) {
  options_.max_files = 2;
  EXPECT_TRUE(plan({{"a", one_}, {"b", one_}}));
  EXPECT_EQ(refusal({{"a", one_}, {"b", one_}, {"c", one_}}), errc::too_large);
}

TEST_F(PlanTest, CountsEachFolderOnce) {
  const auto made = plan({{"a/b/c/1", one_},
                          {"a/b/2", one_},
                          {"a-/3", one_},
                          {"a/d/4", one_},
                          {"5", one_},
                          {"ab/c/6", one_},
                          {"a/b/c/7", one_}});
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)->folders, 7U) << "a, a/b, a/b/c, a/d, a-, ab and ab/c";
}

TEST_F(PlanTest, HasALimitOfFolders) {
  options_.max_folders = 3;
  EXPECT_TRUE(plan({{"a/b/c/1", one_}, {"a/b/c/2", one_}, {"3", one_}}));
  const auto refused = plan({{"a/b/c/1", one_}, {"d/2", one_}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::too_large);
  EXPECT_NE(refused.error().message().find("4 folders"), std::string::npos);
}

TEST_F(PlanTest, TheManifestIsCanonical) {
  const auto made = plan({{"b", two_}, {"a\\z", one_}, {"a \"quoted\"", one_}});
  const std::string sha1 = one_.digest.hex();
  const std::string sha2 = two_.digest.hex();
  EXPECT_EQ(manifest_of((*made)->by_folder), "[\n{\"path\":\"a \\\"quoted\\\"\",\"sha\":\"" + sha1 +
                                                 "\",\"size\":3},\n"
                                                 "{\"path\":\"a/z\",\"sha\":\"" +
                                                 sha1 +
                                                 "\",\"size\":3},\n"
                                                 "{\"path\":\"b\",\"sha\":\"" +
                                                 sha2 + "\",\"size\":3}\n]\n");
  const auto shuffled = plan({{"a/z", one_}, {"a \"quoted\"", one_}, {"b", two_}, {"b", two_}});
  EXPECT_EQ(manifest_of((*made)->by_folder), manifest_of((*shuffled)->by_folder));
  EXPECT_EQ(manifest_of({}), "[\n]\n");
}

}  // namespace
}  // namespace shaman
