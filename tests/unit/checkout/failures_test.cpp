// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever fails: a checkout is complete under its name, or nothing of it is there.
#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "checkouts_fixture.hpp"

namespace shaman {
namespace {

using test::Call;
using test::Operation;
using test::put;
using testing::HasSubstr;
using testing::IsEmpty;

class CheckoutFailuresTest : public test::CheckoutsTest {
 protected:
  // Tries to create while something fails, and expects nothing of it to be left.
  Error failed_create(const std::string& path, const Files& files) {
    const auto before = jobs();
    const auto made = create(path, files);
    failing_.on_call(nullptr);
    EXPECT_FALSE(made);
    EXPECT_EQ(jobs(), before);
    EXPECT_THAT(files_below(".shaman/staging"), IsEmpty());
    EXPECT_THAT(files_below(".shaman/uploading"), IsEmpty());
    return made ? Error{} : made.error();
  }

  // Notes the flushes, renames and new links of a checkout that succeeds.
  void created_while_watched(const std::string& path) {
    // Shared with the hook, which the store's own threads may still be in.
    seen_ = std::make_shared<Seen>();
    failing_.on_call([seen = seen_](const Call& call) {
      const std::lock_guard guard(seen->mutex);
      for (const Operation noted : {Operation::flush_file, Operation::flush_folder,
                                    Operation::flush_all, Operation::rename, Operation::make_link})
        if (call.operation == noted) seen->operations.push_back(noted);
      return boost::system::error_code();
    });
    created(path, files_);
    failing_.on_call(nullptr);
  }

  struct Seen {
    std::mutex mutex;
    std::vector<Operation> operations;
  };
  std::shared_ptr<Seen> seen_;
  const BlobId scene_ = put(*store_, "scene");
  const Files files_ = {{"scene.blend", scene_}, {"a/b/x", scene_}, {"c/y", scene_}};
};

TEST_F(CheckoutFailuresTest, EveryStepMayFail) {
  struct Case {
    Operation operation;
    std::string path;
  };
  for (const Case& test :
       {Case{Operation::make_folder, "a"}, Case{Operation::make_folder, "a/b"},
        Case{Operation::make_folder, "film"}, Case{Operation::make_link, "x"},
        Case{Operation::make_link, ".shaman-checkout"}, Case{Operation::flush_folder, ""},
        Case{Operation::rename, "shot"}, Case{Operation::open_folder, "a/b"}}) {
    fail(test.operation, ENOSPC, test.path);
    const Error error = failed_create("film/shot", files_);
    EXPECT_EQ(error.code, errc::storage_full) << test.path << ": " << error.message();
    fail(test.operation, EIO, test.path);
    EXPECT_EQ(failed_create("film/shot", files_).code, errc::io_error) << test.path;
  }
  EXPECT_EQ(created("film/shot", files_), "film/shot");
}

TEST_F(CheckoutFailuresTest, EachFlushMayFailAlsoThatOfTheName) {
  created("there", files_);  // its manifest is stored, so that only flushes of the tree are left
  created_while_watched("film/shot");
  const auto flushes = static_cast<int>(
      std::count(seen_->operations.begin(), seen_->operations.end(), Operation::flush_folder));
  ASSERT_GE(flushes, 6) << "4 folders of the tree, its parent, and jobs";
  for (int nth = 1; nth <= flushes; ++nth) {
    fail(Operation::flush_folder, EIO, {}, nth, nth);
    EXPECT_EQ(failed_create("other/shot", files_).code, errc::io_error) << nth;
  }
}

TEST_F(CheckoutFailuresTest, NoNameIsFree) {
  failing_.on_call([](const Call& call) -> boost::system::error_code {
    if (call.operation != Operation::rename || !call.path.starts_with("film")) return {};
    return {ENOTEMPTY, boost::system::generic_category()};
  });
  const Error error = failed_create("film", files_);
  EXPECT_EQ(error.code, errc::no_unique_path);
  EXPECT_THAT(error.message(), HasSubstr("film"));
}

TEST_F(CheckoutFailuresTest, ANameThatIsTakenAtTheLastMomentGetsASuffix) {
  fail(Operation::rename, EEXIST, "film", 1, 1);
  EXPECT_THAT(created("film", files_), testing::MatchesRegex("film-[a-z0-9]{4}"));
}

TEST_F(CheckoutFailuresTest, AParentThatVanishesIsMadeAgain) {
  fail(Operation::rename, ENOENT, "shot", 1, 1);
  EXPECT_EQ(created("film/shot", files_), "film/shot");
}

TEST_F(CheckoutFailuresTest, FoldersOfOthersAreLeftAlone) {
  created("film/other", files_);
  fail(Operation::rename, EIO, "shot");
  failed_create("film/new/shot", files_);
  EXPECT_EQ(read("film/other/scene.blend"), "scene");
}

TEST_F(CheckoutFailuresTest, ANameThatTheFileSystemDoesNotTake) {
  fail(Operation::make_link, EINVAL, "x");
  const Error error = failed_create("film", files_);
  EXPECT_EQ(error.code, errc::unsafe_path);
  EXPECT_THAT(error.message(), HasSubstr("a/b/x"));
}

TEST_F(CheckoutFailuresTest, NamesThatTheFileSystemTakesForTheSame) {
  fail(Operation::make_link, EEXIST, "x");
  EXPECT_EQ(failed_create("film", files_).code, errc::conflicting_paths);
}

TEST_F(CheckoutFailuresTest, WithoutDurabilityNothingIsFlushed) {
  checkouts_.reset();
  store_.reset();
  options_.durability = Durability::none;
  store_ = open();
  checkouts_ = std::make_unique<Checkouts>(*store_, CheckoutOptions{});
  created_while_watched("film");
  for (const Operation operation : seen_->operations)
    EXPECT_TRUE(operation == Operation::rename || operation == Operation::make_link);
}

TEST_F(CheckoutFailuresTest, TheTreeIsFlushedBeforeItIsSeen) {
  created("there", files_);
  created_while_watched("film/shot");
  using enum Operation;
  EXPECT_EQ(seen_->operations, (std::vector{make_link, make_link, make_link, make_link, make_link,
                                            flush_folder, flush_folder, flush_folder, flush_folder,
                                            rename, flush_folder, flush_folder}));
}

// Of 50 inodes and a megabyte, as much stays free as the limits say.
TEST_F(CheckoutFailuresTest, FoldersAndLinksLeaveFreeWhatIsToStayFree) {
  const BlobId id = put(*store_, "content");
  const Files twenty_inodes{
      {"a/b/c/d/e/f/g/h/1", id}, {"a/b/c/d/e/f/g/h/2", id}, {"3", id}, {"i/j/k/l/m/4", id}};
  ASSERT_TRUE(create("film", {}));  // its manifest is stored now
  failing_.pretend_space(fs::Space{1 << 20, 50});
  store_->set_limits({.min_free_inodes = 40});
  const auto before = jobs();
  const auto refused = create("shot", twenty_inodes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::storage_full);
  EXPECT_EQ(jobs(), before);
  store_->set_limits({.min_free_inodes = 10});
  EXPECT_TRUE(create("shot", twenty_inodes));
  store_->set_limits({.min_free_space = (1 << 20) - 40'000});
  const auto short_of_bytes = create("shot", twenty_inodes);
  ASSERT_FALSE(short_of_bytes);
  EXPECT_EQ(short_of_bytes.error().code, errc::storage_full);
  EXPECT_TRUE(files_below(".shaman/staging").empty());
}

// A store that is as large as it may be still gives out what it has.
TEST_F(CheckoutFailuresTest, LinksDoNotCountAsStored) {
  const BlobId id = put(*store_, "content");
  const Files files{{"a/b/c/d/1", id}};
  ASSERT_TRUE(create("first", files));
  store_->set_limits({.max_store_size = 500});
  store_->recount();
  const auto made = create("second", files);
  EXPECT_TRUE(made) << made.error().message();
}

TEST_F(CheckoutFailuresTest, LeavesNoHandleOpen) {
  created("film", files_);
  fail(Operation::make_link, EIO, "x");
  failed_create("film", files_);
  checkouts_.reset();
  store_.reset();
  EXPECT_EQ(failing_.open_handles(), 0U);
}

}  // namespace
}  // namespace shaman
