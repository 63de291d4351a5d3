// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/gc.hpp"

#include "../checkout/checkouts_fixture.hpp"
#include "gc/gc_report.hpp"

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

// Collection beside folders that it may not read, in a storage that is older than all of its blobs.
class CollectAroundTest : public CollectTest {
 protected:
  CollectAroundTest() { set_age(below(".shaman/format"), hours(10'000)); }

  // Longer than any record of the server's.
  static std::string long_content(const std::string& text) { return text + std::string(2000, 'x'); }
  // A checkout of one file that was last used long ago.
  BlobId check_out_old(const std::string& path, std::string_view content) {
    const BlobId id = put(*store_, content);
    created(path, {{"tex/a", id}});
    set_age(blob_path(id), hours(800));
    set_age(manifest_of(path), hours(800));
    return id;
  }
  std::string manifest_of(const std::string& path) const {
    return std::filesystem::canonical(below("jobs/" + path + "/.shaman-checkout")).string();
  }
  void forbid(const std::string& path) { fail(Operation::open_folder, EACCES, path); }
  // A chain of folders in jobs, with a link to the blob in the last.
  void make_chain(int depth, const std::string& name, const BlobId& id) const {
    int folder = ::open(below("jobs").c_str(), O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < depth; ++i) {
      ASSERT_EQ(::mkdirat(folder, name.c_str(), 0755), 0);
      const int next = ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY);
      ::close(folder);
      folder = next;
    }
    ASSERT_EQ(::symlinkat(blob_path(id).c_str(), folder, "link"), 0);
    ::close(folder);
  }
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

TEST_F(CollectTest, WhatIsInTheTrashIsReportedUntilItIsDeleted) {
  put_old("old");
  GcResults results = collect();
  EXPECT_EQ(results.in_trash, 1U);
  EXPECT_EQ(results.in_trash_bytes, 3U);
  EXPECT_EQ(results.grace, hours(1));
  EXPECT_FALSE(results.is_grace_of_servers);
  ASSERT_TRUE(results.deletable_from);
  EXPECT_GT(*results.deletable_from, failing_.now() + std::chrono::minutes(59));
  EXPECT_NE(to_text(results).find("1 file (3 bytes) remains in the trash"), std::string::npos);
  EXPECT_EQ(collect().in_trash, 1U);
  age_trash(hours(2));
  results = collect();
  EXPECT_EQ(results.in_trash, 0U);
  EXPECT_FALSE(results.deletable_from);
  EXPECT_EQ(to_text(results).find("remains"), std::string::npos);
}

TEST_F(CollectTest, TheTrashIsEmptiedAlsoWhereNothingCanBeMovedToIt) {
  put_old("old");
  EXPECT_EQ(collect().collected, 1U);
  age_trash(hours(2));
  const BlobId unused = put_old("unused");
  failing_.on_call([](const Call& call) -> boost::system::error_code {
    return call.operation == Operation::make_folder
               ? boost::system::error_code(ENOSPC, boost::system::generic_category())
               : boost::system::error_code();
  });
  const GcResults results = collect();
  failing_.on_call({});
  EXPECT_EQ(results.deleted, 1U);
  EXPECT_EQ(results.collected, 0U);
  EXPECT_TRUE(is_stored(unused));
  EXPECT_EQ(collect().collected, 1U);
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
  EXPECT_EQ(results.links_checked, 3U) << "the file, the manifest and the identity";
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

TEST_F(CollectTest, AMissedGoalIsSaidWithWhatIsKept) {
  put_old("old");
  gc_.min_free_space = 1000;
  failing_.pretend_space(fs::Space{10, 1000});
  std::string said;
  gc_.log = [&](LogLevel, const std::string& message) { said += message; };
  const GcResults results = collect();
  EXPECT_EQ(results.deleted, 1U);
  EXPECT_EQ(results.shortfall.free_bytes, 1000U - 10 - 3);
  EXPECT_THAT(said, testing::HasSubstr("min-free (1000 bytes) was missed by 987 bytes"));
  EXPECT_THAT(said, testing::HasSubstr("0 bytes were used less than 2 hours ago (min-age)"));
  gc_.min_free_space = 5;
  said.clear();
  EXPECT_FALSE(collect().shortfall.is_any());
  EXPECT_EQ(said, "");
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

TEST_F(CollectTest, AStorageThatFailsStopsIt) {
  const BlobId id = put_old("old");
  std::filesystem::create_directories(below("jobs/secret"));
  fail(Operation::open_folder, EIO, "jobs/secret");
  const auto results = try_collect();
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, errc::io_error);
  EXPECT_THAT(results.error().message(), testing::HasSubstr("jobs/secret"));
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectAroundTest, WhatWasNeverInACheckoutGoes) {
  const BlobId never = put_old(long_content("never"));
  const BlobId lost_sight_of = check_out_old("film/shot", long_content("lost sight of"));
  const BlobId erased = check_out_old("other", long_content("erased"));
  const std::string manifest = manifest_of("film/shot");
  ASSERT_TRUE(checkouts_->erase("other"));
  forbid("jobs/film");
  const GcResults results = collect();
  EXPECT_FALSE(is_stored(never));
  EXPECT_TRUE(is_stored(lost_sight_of));
  EXPECT_TRUE(is_stored(erased)) << "nobody knows whether it is linked from there as well";
  EXPECT_TRUE(std::filesystem::exists(manifest));
  EXPECT_TRUE(results.kept_all_checkouts);
  EXPECT_EQ(results.unread_places, 1U);
  ASSERT_EQ(results.unreadable.size(), 1U);
  EXPECT_THAT(results.unreadable[0], testing::HasSubstr("jobs/film: Permission denied"));
  EXPECT_THAT(text_of_unread(results), testing::HasSubstr("1 place cannot be read: jobs/film"));
  EXPECT_THAT(text_of_unread(results), testing::HasSubstr("let the server read it"));
  EXPECT_EQ(to_text(results).find("jobs/film"), std::string::npos) << "the run's log has it";
  EXPECT_THAT(to_json(results), testing::HasSubstr("\"unreadable\":[\"jobs/film: "));
}

TEST_F(CollectAroundTest, ItsManifestAnswersForWhatCannotBeReadInACheckout) {
  const BlobId unread = check_out_old("film/shot", long_content("unread"));
  const BlobId erased = check_out_old("other", long_content("erased"));
  ASSERT_TRUE(checkouts_->erase("other"));
  forbid("jobs/film/shot/tex");
  const GcResults results = collect();
  EXPECT_TRUE(is_stored(unread));
  EXPECT_FALSE(is_stored(erased));
  EXPECT_FALSE(results.kept_all_checkouts);
  EXPECT_EQ(results.unread_places, 1U);
}

TEST_F(CollectAroundTest, ItsManifestAnswersForWhatCouldNotBeReadWhenItWasErased) {
  const BlobId unread = check_out_old("film", long_content("unread"));
  const BlobId erased = check_out_old("other", long_content("erased"));
  ASSERT_TRUE(checkouts_->erase("other"));
  failing_.on_call([](const Call& call) -> boost::system::error_code {
    const bool is_secret = call.operation == Operation::open_folder && call.path.ends_with("tex");
    return {is_secret ? EACCES : 0, boost::system::generic_category()};
  });
  ASSERT_TRUE(checkouts_->erase("film"));
  ASSERT_TRUE(std::filesystem::is_symlink(below("jobs/.kept/film/tex/a")));
  EXPECT_FALSE(collect().kept_all_checkouts);
  EXPECT_TRUE(is_stored(unread));
  EXPECT_FALSE(is_stored(erased));
  failing_.on_call(nullptr);
  std::filesystem::remove_all(below("jobs/.kept/film"));
  collect();
  EXPECT_FALSE(is_stored(unread));
}

TEST_F(CollectAroundTest, ACheckoutThatCanBeEnteredButNotListedHasAManifest) {
  const BlobId unread = check_out_old("film/shot", long_content("unread"));
  const BlobId erased = check_out_old("other", long_content("erased"));
  ASSERT_TRUE(checkouts_->erase("other"));
  forbid("jobs/film/shot");
  EXPECT_FALSE(collect().kept_all_checkouts);
  EXPECT_TRUE(is_stored(unread));
  EXPECT_FALSE(is_stored(erased));
}

TEST_F(CollectAroundTest, ADamagedManifestAnswersForNothing) {
  const BlobId unread = check_out_old("film/shot", long_content("unread"));
  const BlobId other = check_out_old("other", long_content("other"));
  ASSERT_TRUE(checkouts_->erase("other"));
  const std::string manifest = manifest_of("film/shot");
  std::filesystem::permissions(manifest, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::filesystem::resize_file(manifest, std::filesystem::file_size(manifest) - 1);
  set_age(manifest, hours(800));
  forbid("jobs/film/shot/tex");
  EXPECT_TRUE(collect().kept_all_checkouts);
  EXPECT_TRUE(is_stored(unread));
  EXPECT_TRUE(is_stored(other));
}

TEST_F(CollectAroundTest, ManifestsInTheTrashCount) {
  const BlobId id = check_out_old("film/shot", long_content("content"));
  std::filesystem::rename(below("jobs/film"), folder_.path("away"));
  EXPECT_EQ(collect().collected, 2U);
  std::filesystem::rename(folder_.path("away"), below("jobs/film"));
  forbid("jobs/film");
  const GcResults results = collect();
  EXPECT_EQ(results.restored, 2U);
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectAroundTest, WhatIsOlderThanTheStorageMayBeAnotherServersCheckout) {
  const BlobId older = put_old(long_content("older"), hours(800));
  const BlobId younger = put_old(long_content("younger"), hours(790));
  set_age(below(".shaman/format"), hours(795));
  std::filesystem::create_directories(below("jobs/film"));
  forbid("jobs/film");
  collect();
  EXPECT_TRUE(is_stored(older));
  EXPECT_FALSE(is_stored(younger));
}

TEST_F(CollectAroundTest, ALinkWhosePathNoCallTakesCounts) {
  const BlobId used = put_old(long_content("used"));
  const BlobId unused = put_old(long_content("unused"));
  make_chain(20, std::string(250, 'n'), used);
  const GcResults results = collect();
  EXPECT_EQ(results.unread_places, 0U);
  EXPECT_TRUE(is_stored(used));
  EXPECT_FALSE(is_stored(unused));
}

TEST_F(CollectAroundTest, AChainTooDeepToFollowIsLeftOut) {
  const BlobId unused = put_old(long_content("unused"));
  const BlobId used = check_out_old("film", long_content("used"));
  make_chain(1100, "d", unused);
  const GcResults results = collect();
  EXPECT_EQ(results.unread_places, 1U);
  EXPECT_FALSE(is_stored(unused));
  EXPECT_TRUE(is_stored(used));
}

TEST_F(CollectAroundTest, PinsThatAreNotAFolderAreTold) {
  const BlobId unused = put_old(long_content("unused"));
  std::ofstream(below(".shaman/pins")) << "planted";
  const GcResults results = collect();
  EXPECT_EQ(results.unread_places, 1U);
  EXPECT_TRUE(results.kept_all_checkouts);
  EXPECT_FALSE(is_stored(unused));
}

TEST_F(CollectAroundTest, ExplainsThatItIsKeptOnDoubt) {
  const BlobId id = check_out_old("film/shot", long_content("content"));
  forbid("jobs/film");
  gc_.explain = id.digest;
  const GcResults results = collect();
  ASSERT_EQ(results.explanations.size(), 1U);
  EXPECT_THAT(results.explanations[0].verdict, testing::HasSubstr("cannot be read"));
}

TEST_F(CollectAroundTest, AFolderInTheTrashThatCannotBeReadIsLeftAlone) {
  put_old(long_content("first"));
  collect();
  const std::string run =
      std::filesystem::directory_iterator(below(".shaman/trash"))->path().filename();
  const BlobId second = put_old(long_content("second"));
  forbid(run);
  EXPECT_EQ(collect().collected, 1U);
  EXPECT_FALSE(is_stored(second));
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

TEST_F(CollectTest, WhoWasTakenOverDeletesNothingAndLeavesTheOthersLock) {
  const BlobId trashed = put_old("trashed");
  collect();
  age_trash(hours(5));
  const BlobId id = put_old("old");
  before_the_move(id, [this] {
    std::filesystem::remove(below(".shaman/collector"));
    std::ofstream(below(".shaman/collector")) << "another-machine";
  });
  const auto results = try_collect();
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, errc::busy);
  EXPECT_EQ(in_trash(), 2U) << "what is in the trash can still be brought back";
  EXPECT_TRUE(std::filesystem::exists(below(".shaman/collector")));
  EXPECT_EQ(required(trashed), BlobStatus::stored);
}

TEST_F(CollectTest, ALockThatCannotBeWrittenIsNotLeftBehind) {
  const BlobId id = put_old("old");
  std::atomic<bool> is_made{false};
  failing_.on_call([&](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::create_file && call.path == "collector") is_made = true;
    if (call.operation != Operation::write || !is_made) return {};
    return {ENOSPC, boost::system::generic_category()};
  });
  const auto results = try_collect();
  failing_.on_call({});
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().code, errc::storage_full);
  EXPECT_THAT(results.error().message(), testing::HasSubstr(".shaman/collector"));
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/collector")));
  EXPECT_TRUE(is_stored(id));
}

TEST_F(CollectTest, ALockThatIsNotAFileIsNamed) {
  std::filesystem::create_directory(below(".shaman/collector"));
  const auto results = try_collect();
  ASSERT_FALSE(results);
  EXPECT_THAT(results.error().message(),
              testing::HasSubstr(".shaman/collector: it is not a regular file; remove it"));
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

TEST_F(CollectTest, ReportsWhatNothingEverDeletes) {
  GcResults results = collect();
  EXPECT_THAT(to_text(results), testing::Not(testing::HasSubstr("No collection deletes")));
  folder_.write("store/.shaman/quarantine/blob-1", std::string(100, 'x'));
  results = collect();
  EXPECT_THAT(to_text(results),
              testing::HasSubstr(
                  "No collection deletes the 100 bytes of damaged files in .shaman/quarantine."));
  folder_.write("store/.shaman/quarantine/shard/blob-2", std::string(100, 'x'));
  folder_.write("store/jobs/.kept/film/render/0001.exr", std::string(300, 'x'));
  results = collect();
  EXPECT_EQ(results.quarantine_bytes, 200U);
  EXPECT_EQ(results.kept_bytes, 300U);
  EXPECT_THAT(to_text(results),
              testing::HasSubstr("No collection deletes the 300 bytes from erased checkouts in "
                                 "jobs/.kept and 200 bytes of damaged files in "
                                 ".shaman/quarantine."));
  EXPECT_THAT(to_json(results), testing::HasSubstr("\"quarantineBytes\":200,\"keptBytes\":300"));
}

TEST_F(CollectTest, ExplainsWhyABlobStays) {
  const BlobId used = put(*store_, "used");
  created("film", {{"f", used}});
  set_age(blob_path(used), hours(800));
  gc_.explain = used.digest;
  const GcResults results = collect();
  ASSERT_EQ(results.explanations.size(), 1U);
  EXPECT_EQ(results.explanations[0].users, std::vector<std::string>{"jobs/film/f"});
  EXPECT_THAT(results.explanations[0].verdict, testing::StartsWith("is kept: links"));
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
