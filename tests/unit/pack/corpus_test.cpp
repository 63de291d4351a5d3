// SPDX-License-Identifier: GPL-3.0-or-later
// Real scenes, packed, and looked through again where the originals are out of reach.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "shaman/pack/plan.hpp"
#include "shaman/pack/write.hpp"
#include "shaman/trace/trace.hpp"

#include "blend_forms.hpp"
#include "temporary_folder.hpp"

namespace shaman::pack {
namespace {

namespace fs = std::filesystem;
using shaman::test::TemporaryFolder;
using ::testing::IsEmpty;

// Some scenes hold absolute paths below this folder. A copy can lie elsewhere when that folder's
// name is as long.
constexpr std::string_view kAbsoluteRoot = "/srv/shaman-corpus";

class Corpus : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const corpus = std::getenv("SHAMAN_CORPUS");
    if (corpus == nullptr) GTEST_SKIP() << "SHAMAN_CORPUS is not set";
    std::string pattern = "/tmp/shaman-XXXXXX";
    ASSERT_EQ(pattern.size(), kAbsoluteRoot.size());
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::copy(corpus, root_, fs::copy_options::recursive);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root_)) {
      if (entry.path().extension() != ".blend" || entry.path().stem() == "corrupt_only_magic")
        continue;
      scenes_.push_back(entry.path().string());
      relocate(scenes_.back());
    }
    std::sort(scenes_.begin(), scenes_.end());
    ASSERT_FALSE(scenes_.empty());
  }
  void TearDown() override {
    std::error_code ignored;
    if (!root_.empty()) fs::remove_all(root_, ignored);
  }

  void relocate(const std::string& scene) const {
    std::string content = test::content_of(TemporaryFolder::read(scene));
    bool changed = false;
    for (std::size_t at = content.find(kAbsoluteRoot); at != std::string::npos;
         at = content.find(kAbsoluteRoot, at)) {
      content.replace(at, root_.size(), root_);
      changed = true;
    }
    if (!changed) return;
    const bool compressed = TemporaryFolder::read(scene).starts_with("\x28\xb5\x2f\xfd");
    std::ofstream(scene, std::ios::binary)
        << (compressed ? test::zstd(content, {1 << 18}) : content);
  }

  std::string root_;
  std::vector<std::string> scenes_;
};

// Moves the folder away for as long as it lives.
class OutOfReach {
 public:
  explicit OutOfReach(std::string folder) : folder_(std::move(folder)) {
    fs::rename(folder_, folder_ + ".away");
  }
  ~OutOfReach() { fs::rename(folder_ + ".away", folder_); }
  OutOfReach(const OutOfReach&) = delete;
  OutOfReach& operator=(const OutOfReach&) = delete;

 private:
  std::string folder_;
};

TEST_F(Corpus, AnUnchangedBlendIsCopiedAndAChangedOneDiffersOnlyThere) {
  std::size_t number = 0;
  for (const std::string& scene : scenes_) {
    const std::string file = TemporaryFolder::read(scene);
    EXPECT_TRUE(test::rewritten(scene, {}).value() == file) << scene;
    const std::string content = test::content_of(file);
    std::string wanted = content;
    std::vector<Patch> patches;
    // Anywhere will do: whatever is there up to a NUL is a text.
    const std::size_t step = content.size() / 7 + 13 * ++number;
    for (std::size_t at = 50; at + 1024 < content.size(); at += step) {
      const std::string now = content.substr(at, 1024);
      patches.push_back({at, 1024, "//new/" + std::to_string(at), now.substr(0, now.find('\0'))});
      test::put_field(wanted, at, 1024, patches.back().text);
    }
    const auto result = test::rewritten(scene, patches);
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->substr(0, 4), file.substr(0, 4)) << scene;
    EXPECT_TRUE(test::content_of(*result) == wanted) << scene;
    EXPECT_TRUE(test::rewritten(scene, patches).value() == *result) << scene;
  }
}

std::set<std::string> existing(const std::string& folder) {
  std::set<std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(fs::relative(entry.path(), folder).string());
  }
  return files;
}

// What of the references of a trace was missing: by who asks and how it is stored.
std::multiset<std::string> missing_references(const trace::Trace& trace) {
  std::multiset<std::string> names;
  for (const trace::Dependency& dependency : trace.dependencies) {
    if (dependency.missing || !dependency.missing_files.empty())
      names.insert(dependency.data_block + " " + dependency.stored + dependency.stored_name);
  }
  return names;
}

void pack_and_look_again(const std::string& scene, const std::string& project,
                         const std::string& root) {
  SCOPED_TRACE(scene + " in " + project);
  const auto before = trace::trace(scene);
  ASSERT_TRUE(before) << before.error().message();
  PlanOptions options;
  options.project = project;
  const auto plan = make_plan(*before, options);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->suspicious, IsEmpty());
  const TemporaryFolder target;
  const auto report = write_pack(*plan, target.path("pack"));
  ASSERT_TRUE(report) << report.error().message();

  const OutOfReach hidden(root);
  const auto after = trace::trace(target.path("pack/" + plan->blendfile_place));
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(missing_references(*after), missing_references(*before));
  EXPECT_EQ(after->dependencies.size(), before->dependencies.size());

  std::set<std::string> found;
  for (const std::string& file : after->files())
    found.insert(fs::relative(file, target.path("pack")).string());
  std::set<std::string> packed = existing(target.path("pack"));
  EXPECT_EQ(packed.erase("pack-info.txt"), 1U);
  EXPECT_EQ(packed, found);
  std::set<std::string> planned;
  for (const PlannedFile& file : plan->files)
    planned.insert(file.place);
  EXPECT_EQ(packed, planned);
  EXPECT_EQ(before->files().size(), after->files().size());
}

TEST_F(Corpus, EveryScenePackedIsCompleteByItself) {
  for (const std::string& scene : scenes_)
    pack_and_look_again(scene, {}, root_);
}

TEST_F(Corpus, ProjectsOfManyFoldersKeepTheirPlaces) {
  for (const std::string& scene : scenes_) {
    const fs::path collection = root_ / *fs::relative(scene, root_).begin();
    pack_and_look_again(scene, collection.string(), root_);
  }
}

}  // namespace
}  // namespace shaman::pack
