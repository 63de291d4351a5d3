// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "shaman/gc.hpp"

#include "../checkout/checkouts_fixture.hpp"

namespace shaman::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class CollectTest : public CheckoutsTest {
 protected:
  GcResults collect() {
    const auto results = try_collect();
    EXPECT_TRUE(results) << results.error().message();
    return results ? *results : GcResults{};
  }
  result<GcResults> try_collect() { return collect_garbage(failing_, root(), pool_, gc_); }

  BlobId put_old(std::string_view content, hours age = hours(800)) {
    const BlobId id = put(*store_, content);
    set_age(blob_path(id), age);
    return id;
  }
  static void set_age(const std::string& path, std::chrono::seconds age) {
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
  }
  bool is_stored(const BlobId& id) const { return std::filesystem::exists(blob_path(id)); }
  std::size_t in_trash() const { return files_below(".shaman/trash").size(); }
  // Lets everything in the trash look as if it had been put there that long ago.
  void age_trash(hours age) const {
    for (const auto& run : std::filesystem::directory_iterator(below(".shaman/trash")))
      set_age(run.path().string(), age);
  }
  // Asks a server that remembers nothing.
  BlobStatus required(const BlobId& id) {
    const auto store = open();
    FileList files;
    files.add(id, "f");
    std::vector<BlobStatus> out(1);
    const auto done = store->require(files, out);
    EXPECT_TRUE(done);
    return out[0];
  }
  void make_link(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(below(path)).parent_path());
    std::filesystem::create_symlink(text, below(path));
  }
  // Does something once, just before a blob is moved to the trash.
  void before_the_move(const BlobId& id, const std::function<void()>& what) {
    const std::string name = id.digest.hex() + "-" + std::to_string(id.size);
    auto done = std::make_shared<std::atomic<bool>>(false);
    failing_.on_call([=](const Call& call) -> boost::system::error_code {
      if (call.operation == Operation::rename && call.path == name && !done->exchange(true)) what();
      return {};
    });
  }

  GcOptions gc_;
};

TEST_F(CollectTest, WhatIsOldAndUnusedGoesToTheTrashAndIsDeletedLater) {
  const BlobId old = put_old("old");
  const BlobId young = put(*store_, "young");
  GcResults results = collect();
  EXPECT_EQ(results.blobs, 2U);
  EXPECT_EQ(results.old_blobs, 1U);
  EXPECT_EQ(results.old_unused, 1U);
  EXPECT_EQ(results.collected, 1U);
  EXPECT_EQ(results.collected_bytes, 3U);
  EXPECT_EQ(results.deleted, 0U);
  EXPECT_FALSE(is_stored(old));
  EXPECT_TRUE(is_stored(young));
  EXPECT_EQ(in_trash(), 1U);

  EXPECT_EQ(collect().deleted, 0U) << "the grace is not over";
  age_trash(hours(2));
  results = collect();
  EXPECT_EQ(results.deleted, 1U);
  EXPECT_EQ(results.bytes_freed, 3U);
  EXPECT_TRUE(std::filesystem::is_empty(below(".shaman/trash")));
}

TEST_F(CollectTest, WithoutGraceItIsDeletedAtOnce) {
  put_old("old");
  gc_.grace = seconds(0);
  const GcResults results = collect();
  EXPECT_EQ(results.collected, 1U);
  EXPECT_EQ(results.deleted, 1U);
  EXPECT_EQ(in_trash(), 0U);
}

TEST_F(CollectTest, AnEmptyFolderGoesWhenItIsOld) {
  const BlobId id = put_old("old");
  const auto folder = std::filesystem::path(blob_path(id)).parent_path();
  collect();
  EXPECT_TRUE(std::filesystem::exists(folder)) << "somebody may be about to store something there";
  set_age(folder.string(), hours(800));
  collect();
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_TRUE(std::filesystem::exists(folder.parent_path())) << "shards stay";
}

TEST_F(CollectTest, WhatACheckoutUsesStays) {
  const BlobId used = put(*store_, "used");
  const std::string path = created("film/shot", {{"a/b", used}});
  set_age(blob_path(used), hours(800));
  const auto manifest = std::filesystem::canonical(below("jobs/" + path + "/.shaman-checkout"));
  set_age(manifest.string(), hours(800));
  const GcResults results = collect();
  EXPECT_EQ(results.links_checked, 2U);
  EXPECT_EQ(results.old_blobs, 2U);
  EXPECT_EQ(results.old_used, 2U);
  EXPECT_EQ(results.collected, 0U);
  EXPECT_EQ(read(path + "/a/b"), "used");
}

TEST_F(CollectTest, LinksOfOtherMakersCount) {
  const BlobId absolute = put_old("absolute");
  const BlobId doubled = put_old("doubled");
  const BlobId pinned = put_old("pinned");
  make_link("jobs/old-job/scene.blend", blob_path(absolute));
  std::string text = blob_path(doubled);
  text.insert(text.rfind('/'), "/./");
  make_link("jobs/old-job/deep/tex.png", text);
  make_link(".shaman/pins/keep/tex.png", blob_path(pinned));
  make_link("jobs/old-job/elsewhere", "/etc/passwd");
  EXPECT_EQ(collect().old_used, 3U);
  EXPECT_TRUE(is_stored(absolute) && is_stored(doubled) && is_stored(pinned));
}

TEST_F(CollectTest, NothingYoungIsCollectedWhateverThePolicy) {
  const BlobId young = put_old("young", hours(1));
  gc_.max_age = seconds(0);
  gc_.max_store_size = 1;
  gc_.min_free_space = UINT64_MAX;
  EXPECT_EQ(collect().collected, 0U);
  EXPECT_TRUE(is_stored(young));
}

TEST_F(CollectTest, TheLeastRecentlyUsedGoWhenTheStoreIsTooLarge) {
  const BlobId older = put_old("12345", hours(20));
  const BlobId newer = put_old("67890", hours(10));
  gc_.max_store_size = 5;
  collect();
  EXPECT_FALSE(is_stored(older));
  EXPECT_TRUE(is_stored(newer));
}

TEST_F(CollectTest, ShortOfSpaceTheTrashIsEmptiedAtOnce) {
  put_old("old");
  gc_.min_free_space = 1000;
  failing_.pretend_space(fs::Space{10, 1000});
  EXPECT_EQ(collect().deleted, 1U);
}

TEST_F(CollectTest, ADryRunTellsTheSameAndChangesNothing) {
  const BlobId old = put_old("old");
  gc_.grace = seconds(0);
  gc_.dry_run = true;
  const auto before = files_below(".");
  const GcResults dry = collect();
  EXPECT_EQ(files_below("."), before);
  EXPECT_TRUE(is_stored(old));
  gc_.dry_run = false;
  const GcResults wet = collect();
  EXPECT_EQ(to_json(dry), to_json(wet));
  EXPECT_FALSE(is_stored(old));
}

TEST_F(CollectTest, ARequirementBringsItBack) {
  const BlobId id = put_old("old");
  collect();
  ASSERT_FALSE(is_stored(id));
  EXPECT_EQ(required(id), BlobStatus::stored);
  EXPECT_TRUE(is_stored(id));
  EXPECT_EQ(in_trash(), 0U);
  EXPECT_EQ(collect().collected, 0U) << "it is marked as used";
}

TEST_F(CollectTest, AnUploadBringsItBack) {
  const BlobId id = put_old("old");
  collect();
  const auto begun = store_->begin_upload(id, false);
  ASSERT_TRUE(begun);
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(*begun));
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectTest, ACheckoutBringsItBack) {
  const BlobId id = put_old("old");
  collect();
  EXPECT_EQ(read(created("film", {{"f", id}}) + "/f"), "old");
}

TEST_F(CollectTest, WhatIsMarkedRightBeforeTheMoveComesBack) {
  const BlobId id = put_old("old");
  before_the_move(id, [this, id] { set_age(blob_path(id), seconds(0)); });
  const GcResults results = collect();
  EXPECT_EQ(results.collected, 0U);
  EXPECT_EQ(results.restored, 1U);
  EXPECT_TRUE(is_stored(id));
  EXPECT_EQ(in_trash(), 0U);
}

TEST_F(CollectTest, WhatIsLinkedByHandDuringTheWalkComesBack) {
  const BlobId id = put_old("old");
  before_the_move(id, [this, id] { make_link("jobs/copy/f", blob_path(id)); });
  EXPECT_EQ(collect().restored, 1U);
  EXPECT_EQ(read("copy/f"), "old");
}

TEST_F(CollectTest, ALinkMadeDuringTheGraceBringsItBack) {
  const BlobId id = put_old("old");
  collect();
  make_link("jobs/copy/f", blob_path(id));
  age_trash(hours(2));
  EXPECT_EQ(collect().restored, 1U);
  EXPECT_EQ(read("copy/f"), "old");
}

TEST_F(CollectTest, WhatACollectorLeftWhenItDiedIsLookedAtAgain) {
  const BlobId id = put_old("old");
  collect();
  // Marked between the move and the look, and never looked at.
  const std::string trashed = below(".shaman/trash/" + files_below(".shaman/trash").at(0));
  set_age(trashed, seconds(1));
  EXPECT_EQ(collect().restored, 1U);
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectTest, AFolderThatCannotBeReadStopsIt) {
  const BlobId id = put_old("old");
  std::filesystem::create_directories(below("jobs/secret"));
  fail(Operation::open_folder, EACCES, "jobs/secret");
  const auto results = try_collect();
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, errc::io_error);
  EXPECT_THAT(results.error().message(), testing::HasSubstr("jobs/secret"));
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectTest, AFailureOfTheSecondLookBringsEverythingBack) {
  const BlobId id = put_old("old");
  std::filesystem::create_directories(below("jobs/secret"));
  fail(Operation::open_folder, EIO, "jobs/secret", 2);
  ASSERT_FALSE(try_collect());
  EXPECT_TRUE(is_stored(id));
  EXPECT_EQ(in_trash(), 0U);
}

TEST_F(CollectTest, StoppedItLeavesEverythingInItsPlace) {
  const BlobId id = put_old("old");
  std::atomic<bool> stop{false};
  gc_.stop = &stop;
  before_the_move(id, [&stop] { stop = true; });
  const GcResults results = collect();
  EXPECT_TRUE(results.was_stopped);
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectTest, OnlyOneCollectsAtATime) {
  const BlobId id = put_old("old");
  std::optional<errc> other;
  before_the_move(id, [this, &other] {
    const auto second = try_collect();
    if (!second) other = second.error().code;
  });
  EXPECT_EQ(collect().collected, 1U);
  EXPECT_EQ(other, errc::busy);
}

TEST_F(CollectTest, ADeadCollectorsLockIsTakenOver) {
  std::ofstream(below(".shaman/collector")) << local_.process().host;
  put_old("old");
  EXPECT_EQ(collect().collected, 1U);
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/collector")));
}

TEST_F(CollectTest, AnotherMachinesLockHoldsWhileItIsYoung) {
  std::ofstream(below(".shaman/collector")) << "another-machine";
  put_old("old");
  const auto results = try_collect();
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, errc::busy);
  set_age(below(".shaman/collector"), hours(2));
  EXPECT_EQ(collect().collected, 1U);
}

TEST_F(CollectTest, AServerThatBelievesMarksForLongerProlongsTheGrace) {
  const BlobId id = put_old("old", hours(1));
  gc_.max_age = gc_.min_age = gc_.grace = seconds(1);
  collect();
  EXPECT_FALSE(is_stored(id));
  age_trash(hours(1));
  EXPECT_EQ(collect().deleted, 0U) << "the store's lease of an hour promises two";
  age_trash(hours(2));
  EXPECT_EQ(collect().deleted, 1U);
}

TEST_F(CollectTest, ExplainsWhyABlobStays) {
  const BlobId used = put(*store_, "used");
  created("film", {{"f", used}});
  set_age(blob_path(used), hours(800));
  gc_.explain = used.digest;
  const GcResults results = collect();
  ASSERT_EQ(results.explanations.size(), 1U);
  EXPECT_EQ(results.explanations[0].users, std::vector<std::string>{"jobs/film/f"});
  EXPECT_THAT(results.explanations[0].verdict, testing::StartsWith("stays: links"));
  EXPECT_THAT(to_json(results), testing::HasSubstr("\"users\":[\"jobs/film/f\"]"));
}

TEST_F(CollectTest, AStorageThatIsNotThereIsNotMade) {
  const auto results = collect_garbage(failing_, below("nowhere"), pool_, gc_);
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, errc::not_a_store);
  EXPECT_FALSE(std::filesystem::exists(below("nowhere")));
}

}  // namespace
}  // namespace shaman::test
