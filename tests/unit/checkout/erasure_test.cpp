// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <memory>

#include "checkouts_fixture.hpp"

namespace shaman::test {
namespace {

class ErasureTest : public CheckoutsTest {
 protected:
  BlobId blob_ = put(*store_, "content");
};

TEST_F(ErasureTest, TakesOneCheckoutAndItsEmptyParents) {
  created("film/shot1", {{"a/b", blob_}});
  created("film/shot2", {{"f", blob_}});
  ASSERT_TRUE(checkouts_->erase("film/shot1"));
  EXPECT_EQ(jobs(), (std::vector<std::string>{"film", "film/shot2", "film/shot2/.shaman-checkout",
                                              "film/shot2/f"}));
  ASSERT_TRUE(checkouts_->erase("film/shot2"));
  EXPECT_TRUE(jobs().empty());
  EXPECT_TRUE(std::filesystem::exists(below("jobs")));
  EXPECT_TRUE(files_below(".shaman/staging").empty());
  EXPECT_TRUE(std::filesystem::exists(blob_path(blob_)));
}

TEST_F(ErasureTest, AFailureLeavesItWhole) {
  created("film/shot", {{"f", blob_}});
  const auto before = jobs();
  fail(Operation::rename, EIO);
  const auto erased = checkouts_->erase("film/shot");
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, errc::io_error);
  EXPECT_THAT(erased.error().message(), testing::HasSubstr("film/shot"));
  EXPECT_EQ(jobs(), before);
}

TEST_F(ErasureTest, AFlushThatFailsIsTold) {
  created("film", {{"f", blob_}});
  fail(Operation::flush_folder, EIO);
  EXPECT_FALSE(checkouts_->erase("film"));
}

TEST_F(ErasureTest, TheFolderAboveIsFlushedBeforeTheAnswer) {
  created("film", {{"f", blob_}});
  auto renamed = std::make_shared<std::atomic<bool>>(false);
  auto flushed = std::make_shared<std::atomic<bool>>(false);
  failing_.on_call([=](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::rename) *renamed = true;
    if (call.operation == Operation::flush_folder && *renamed) *flushed = true;
    return {};
  });
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_TRUE(*flushed);
}

// Erased and made anew by others between the look and the rename: that one was not meant.
TEST_F(ErasureTest, AnotherCheckoutOfTheSameNameIsPutBack) {
  created("film", {{"f", blob_}});
  created("other", {{"g", blob_}});
  auto done = std::make_shared<std::atomic<bool>>(false);
  failing_.on_call([this, done](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::rename && !done->exchange(true)) {
      std::filesystem::rename(below("jobs/film"), below("jobs/moved"));
      std::filesystem::rename(below("jobs/other"), below("jobs/film"));
    }
    return {};
  });
  const auto erased = checkouts_->erase("film");
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, errc::not_found);
  EXPECT_EQ(read("film/g"), "content");
  EXPECT_EQ(read("moved/f"), "content");
}

TEST_F(ErasureTest, AfterItTheSameRequestMakesANewCheckout) {
  EXPECT_EQ(created("film", {{"f", blob_}}, "key"), "film");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_EQ(created("film", {{"f", blob_}}, "key"), "film");
  EXPECT_EQ(read("film/f"), "content");
}

}  // namespace
}  // namespace shaman::test
