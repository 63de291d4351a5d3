// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/verify.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "../checkout/checkouts_fixture.hpp"

namespace shaman::test {
namespace {

class VerifyTest : public CheckoutsTest {
 protected:
  VerifyResults verify() {
    const auto results = verify_store(failing_, root(), pool_, verify_);
    EXPECT_TRUE(results) << results.error().message();
    return results ? *results : VerifyResults{};
  }
  // Flips one bit of the byte at this offset, as a tired disk would.
  void flip(const BlobId& id, std::size_t offset) const {
    const std::string path = blob_path(id);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ 4));
  }
  bool is_stored(const BlobId& id) const { return std::filesystem::exists(blob_path(id)); }

  VerifyOptions verify_;
};

TEST_F(VerifyTest, FindsEachOfAThousandFlippedBytesAndNothingElse) {
  options_.durability = Durability::none;
  const auto store = open();
  std::vector<BlobId> damaged;
  for (int i = 0; i < 2000; ++i) {
    const std::string content = "content " + std::to_string(i);
    const BlobId id = put(*store, content);
    if (i % 2 == 1) continue;
    flip(id, static_cast<std::size_t>(i) % content.size());
    damaged.push_back(id);
  }
  std::sort(damaged.begin(), damaged.end());
  const VerifyResults results = verify();
  EXPECT_EQ(results.blobs, 2000U);
  std::vector<BlobId> found;
  for (const DamagedBlob& blob : results.damaged)
    found.push_back(blob.id);
  EXPECT_EQ(found, damaged);
  EXPECT_TRUE(verify().damaged.empty()) << "they are in quarantine";
}

TEST_F(VerifyTest, WhatIsDamagedIsAskedForAgainAndItsCheckoutsAreNamed) {
  const BlobId id = put(*store_, "content");
  created("film/shot", {{"deep/f", id}});
  flip(id, 3);
  const VerifyResults results = verify();
  ASSERT_EQ(results.damaged.size(), 1U);
  EXPECT_EQ(results.damaged[0].checkouts, std::vector<std::string>{"jobs/film/shot"});
  EXPECT_EQ(files_below(".shaman/quarantine").size(), 1U);
  EXPECT_FALSE(create("again", {{"f", id}}));
  put(*open(), "content");
  EXPECT_EQ(read("film/shot/deep/f"), "content") << "sent again, it mends the checkout";
}

TEST_F(VerifyTest, ACheckoutIsBrokenUntilItsFilesAreBackOrItIsErased) {
  const BlobId id = put(*store_, "content");
  const BlobId other = put(*store_, "other");
  created("film/shot", {{"deep/f", id}, {"g", other}});
  created("film/other", {{"f", id}, {"h", id}});
  EXPECT_TRUE(is_good(verify()));
  std::filesystem::remove(blob_path(id));
  for (int run = 0; run < 2; ++run) {
    const VerifyResults results = verify();
    EXPECT_FALSE(is_good(results));
    EXPECT_TRUE(results.damaged.empty());
    ASSERT_EQ(results.missing.size(), 1U);
    EXPECT_EQ(results.missing[0].id, id);
    EXPECT_EQ(results.missing[0].checkouts,
              (std::vector<std::string>{"jobs/film/other", "jobs/film/shot"}));
    EXPECT_THAT(to_text(results), testing::HasSubstr("broken: jobs/film/shot"));
  }
  ASSERT_TRUE(checkouts_->erase("film/other"));
  EXPECT_EQ(verify().missing.at(0).checkouts, std::vector<std::string>{"jobs/film/shot"});
  put(*open(), "content");
  EXPECT_TRUE(is_good(verify()));
}

TEST_F(VerifyTest, WhatItMovedIsTold) {
  const BlobId id = put(*store_, "content");
  created("film/shot", {{"f", id}});
  flip(id, 1);
  verify_.dry_run = true;
  EXPECT_THAT(to_text(verify()), testing::HasSubstr("it was not moved"));
  verify_.dry_run = false;
  const VerifyResults results = verify();
  ASSERT_EQ(results.damaged.size(), 1U);
  EXPECT_TRUE(results.missing.empty()) << "what was just moved is told once";
  EXPECT_TRUE(std::filesystem::exists(below(results.damaged[0].moved_to)));
}

TEST_F(VerifyTest, AWrongLengthIsDamage) {
  const BlobId id = put(*store_, "content");
  std::filesystem::permissions(blob_path(id), std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::filesystem::resize_file(blob_path(id), 3);
  EXPECT_EQ(verify().damaged.size(), 1U);
  EXPECT_FALSE(is_stored(id));
}

TEST_F(VerifyTest, WhatCannotBeReadIsDamage) {
  put(*store_, "content");
  // After the two of the store's format.
  fail(Operation::read, EIO, {}, 3);
  const VerifyResults results = verify();
  ASSERT_EQ(results.damaged.size(), 1U);
  EXPECT_THAT(results.damaged[0].what, testing::HasSubstr("cannot be read"));
}

TEST_F(VerifyTest, ALackOfRightsIsNoDamage) {
  const BlobId id = put(*store_, "content");
  failing_.on_call([](const Call& call) -> boost::system::error_code {
    if (call.operation != Operation::open_file || !call.path.ends_with(".blob")) return {};
    return {EACCES, boost::system::generic_category()};
  });
  const VerifyResults results = verify();
  EXPECT_TRUE(is_good(results));
  ASSERT_EQ(results.unreadable.size(), 1U);
  EXPECT_THAT(results.unreadable[0], testing::HasSubstr(id.digest.hex().substr(2)));
  EXPECT_TRUE(is_stored(id));
}

TEST_F(VerifyTest, GoesOnAroundFoldersThatCannotBeRead) {
  put(*store_, "content");
  const BlobId damaged = put(*store_, "damaged");
  flip(damaged, 0);
  const std::string hidden = put(*store_, "hidden").digest.hex().substr(0, 2);
  ASSERT_NE(hidden, damaged.digest.hex().substr(0, 2));
  created("film/shot", {{"f", put(*store_, "content")}});
  failing_.on_call([=](const Call& call) -> boost::system::error_code {
    const bool is_hidden = call.path == hidden || call.path == "jobs/film/shot";
    if (call.operation != Operation::open_folder || !is_hidden) return {};
    return {EACCES, boost::system::generic_category()};
  });
  const VerifyResults results = verify();
  EXPECT_EQ(results.damaged.size(), 1U) << "shards after it are looked at, too";
  EXPECT_EQ(results.unread_places, 2U) << "a shard, and links that may be broken";
  EXPECT_THAT(to_text(results), testing::HasSubstr("file-store/stored/" + hidden));
  EXPECT_THAT(to_text(results), testing::HasSubstr("jobs/film/shot"));
}

TEST_F(VerifyTest, ADryRunLeavesItInItsPlace) {
  const BlobId id = put(*store_, "content");
  flip(id, 0);
  verify_.dry_run = true;
  EXPECT_EQ(verify().damaged.size(), 1U);
  EXPECT_TRUE(is_stored(id));
}

TEST_F(VerifyTest, ARunThatWasStoppedIsContinued) {
  constexpr int kBlobs = 60;
  for (int i = 0; i < kBlobs; ++i)
    put(*store_, "content " + std::to_string(i));
  std::atomic<bool> stop{false};
  std::atomic<int> opened{0};
  failing_.on_call([&](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::open_file && call.path.ends_with(".blob") && ++opened == 20)
      stop = true;
    return {};
  });
  verify_.stop = &stop;
  const VerifyResults first = verify();
  EXPECT_TRUE(first.was_stopped);
  failing_.on_call({});
  stop = false;
  const VerifyResults second = verify();
  EXPECT_TRUE(second.was_resumed);
  EXPECT_LT(second.blobs, static_cast<std::uint64_t>(kBlobs));
  EXPECT_GE(first.blobs + second.blobs, static_cast<std::uint64_t>(kBlobs));
  const VerifyResults third = verify();
  EXPECT_FALSE(third.was_resumed);
  EXPECT_EQ(third.blobs, static_cast<std::uint64_t>(kBlobs));
}

TEST_F(VerifyTest, ASampleReadsSome) {
  options_.durability = Durability::none;
  const auto store = open();
  for (int i = 0; i < 1000; ++i)
    put(*store, "content " + std::to_string(i));
  verify_.sample = 0.2;
  const VerifyResults results = verify();
  // 200 with a standard deviation of 13.
  EXPECT_GT(results.blobs, 70U);
  EXPECT_LT(results.blobs, 330U);
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/verified")));
}

}  // namespace
}  // namespace shaman::test
