// SPDX-License-Identifier: GPL-3.0-or-later
// What is on stable storage when something is said to be stored, and what failures leave.
#include <filesystem>
#include <latch>

#include "shaman/store.hpp"

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
using test::begin;
using test::bytes;
using test::Call;
using test::commit;
using test::id_of;
using test::Operation;
using test::put;
using namespace std::chrono_literals;

class DurabilityTest : public test::StoreTest {
 protected:
  DurabilityTest() : test::StoreTest(&failing_) {}

  // From now on operations are noted, and those of the given kind fail.
  void watch(std::optional<Operation> fails = std::nullopt,
             errors::errc_t error = errors::io_error) {
    seen_.clear();
    failing_.on_call([this, fails, error](const Call& call) {
      const std::lock_guard lock(mutex_);
      // The store's own thread touches its lock file now and then.
      if (call.operation != Operation::touch && call.operation != Operation::list)
        seen_.push_back(call.operation);
      return call.operation == fails ? errors::make_error_code(error) : boost::system::error_code();
    });
  }
  std::size_t count(Operation operation) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(seen_.begin(), seen_.end(), operation));
  }
  // Of flushes and renames, in order.
  std::vector<Operation> order() {
    const std::lock_guard lock(mutex_);
    std::vector<Operation> order;
    for (const Operation operation : seen_) {
      if (operation == Operation::flush_file || operation == Operation::flush_folder ||
          operation == Operation::rename || operation == Operation::set_mode)
        order.push_back(operation);
    }
    return order;
  }
  result<void> upload(Store& store, std::string_view content) {
    Upload upload = begin(store, id_of(content));
    const auto written = upload.write(bytes(content));
    const auto committed = commit(store, std::move(upload));
    return written ? committed : written;
  }

  fs::LocalFileSystem inner_;
  test::FailingFileSystem failing_{inner_};
  std::mutex mutex_;
  std::vector<Operation> seen_;
};

TEST_F(DurabilityTest, FlushesTheFileThenItsNewFolders) {
  const auto store = open();
  watch();
  ASSERT_TRUE(upload(*store, "content"));
  using enum Operation;
  EXPECT_EQ(order(),
            (std::vector{set_mode, flush_file, rename, flush_folder, flush_folder, flush_folder}));
}

TEST_F(DurabilityTest, FlushesTheOuterFolderOnlyOnce) {
  const auto store = open();
  // Two contents whose digests begin with the same byte.
  std::string second;
  for (int i = 0; second.empty(); ++i) {
    const std::string text = std::to_string(i);
    if (Sha256::of(text).bytes()[0] == Sha256::of(std::string_view("content")).bytes()[0])
      second = text;
  }
  ASSERT_TRUE(upload(*store, "content"));
  watch();
  ASSERT_TRUE(upload(*store, second));
  EXPECT_EQ(count(Operation::flush_folder), 2U);
}

// Each flush waits until all the others have begun.
TEST_F(DurabilityTest, GroupIssuesTheFlushesOfAllThatAreReadySideBySide) {
  constexpr int kUploads = 40;
  std::latch all(kUploads);
  std::latch done(kUploads);
  options_.durability = Durability::group;
  const auto store = open();
  failing_.on_call([&](const Call& call) {
    if (call.operation == Operation::flush_file) all.arrive_and_wait();
    return boost::system::error_code();
  });
  for (int i = 0; i < kUploads; ++i) {
    const std::string content = std::to_string(i);
    Upload upload = begin(*store, id_of(content));
    ASSERT_TRUE(upload.write(bytes(content)));
    store->commit(std::move(upload), [&](result<void> outcome) {
      EXPECT_TRUE(outcome);
      done.count_down();
    });
  }
  done.wait();
}

TEST_F(DurabilityTest, NoneFlushesNothing) {
  options_.durability = Durability::none;
  const auto store = open();
  watch();
  ASSERT_TRUE(upload(*store, "content"));
  EXPECT_EQ(store->status(id_of("content")).value(), BlobStatus::stored);
  EXPECT_EQ(
      count(Operation::flush_file) + count(Operation::flush_folder) + count(Operation::flush_all),
      0U);
}

TEST_F(DurabilityTest, ANameThatSomebodyElseJustMadeIsFlushedBeforeItCounts) {
  const auto other = open();
  const auto store = open();
  const BlobId id = put(*other, "content");
  watch();
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_EQ(count(Operation::flush_file), 1U);
  EXPECT_GE(count(Operation::flush_folder), 2U);
  watch();
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(store->begin_upload(id, false).value()));
  EXPECT_EQ(count(Operation::flush_file), 0U) << "once is enough";
}

TEST_F(DurabilityTest, WhatThisServerCommittedIsNotFlushedAgain) {
  const auto store = open();
  const BlobId id = put(*store, "content");
  watch();
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(store->begin_upload(id, false).value()));
  EXPECT_EQ(count(Operation::flush_file) + count(Operation::flush_folder), 0U);
}

TEST_F(DurabilityTest, AnOldNameIsNotFlushed) {
  const auto other = open();
  const auto store = open();
  const BlobId id = put(*other, "content");
  failing_.advance_clock(2min);
  watch();
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_EQ(count(Operation::flush_file), 0U);
}

TEST_F(DurabilityTest, ManyYoungNamesAreFlushedAtOnce) {
  options_.durability = Durability::none;
  const auto other = open();
  options_.durability = Durability::group;
  const auto store = open();
  FileList files;
  for (int i = 0; i < 300; ++i)
    files.add(put(*other, std::to_string(i)), "x");
  std::vector<BlobStatus> statuses(files.size());
  watch();
  ASSERT_TRUE(store->require(files, statuses));
  EXPECT_THAT(statuses, testing::Each(BlobStatus::stored));
  EXPECT_EQ(count(Operation::flush_all), 1U);
  EXPECT_EQ(count(Operation::flush_file), 0U);
  watch();
  ASSERT_TRUE(store->require(files, statuses));
  EXPECT_EQ(count(Operation::flush_all), 0U);
}

TEST_F(DurabilityTest, AFailedFlushOfTheFileFailsTheUploadAndIsNotRepeated) {
  const auto store = open();
  watch(Operation::flush_file);
  const auto outcome = upload(*store, "content");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::io_error);
  EXPECT_EQ(count(Operation::flush_file), 1U);
  EXPECT_EQ(count(Operation::rename), 0U);
  EXPECT_TRUE(logged(id_of("content").brief()));
  EXPECT_EQ(store->status(id_of("content")).value(), BlobStatus::unknown);
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  watch();
  EXPECT_TRUE(upload(*store, "content"));
}

TEST_F(DurabilityTest, ABlobWhoseNameCouldNotBeFlushedIsNotStored) {
  const auto store = open();
  watch(Operation::flush_folder);
  EXPECT_FALSE(upload(*store, "content"));
  watch();
  EXPECT_EQ(store->status(id_of("content")).value(), BlobStatus::unknown)
      << "flushing again would succeed and prove nothing";
  EXPECT_EQ(count(Operation::flush_file) + count(Operation::flush_folder), 0U);
  EXPECT_TRUE(upload(*store, "content"));
  EXPECT_EQ(store->status(id_of("content")).value(), BlobStatus::stored);
}

TEST_F(DurabilityTest, AFailedFlushOfAYoungNameIsAnErrorAndThenUnknown) {
  const auto other = open();
  const auto store = open();
  const BlobId id = put(*other, "content");
  watch(Operation::flush_file);
  EXPECT_EQ(store->status(id).error().code, errc::io_error);
  watch();
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
}

TEST_F(DurabilityTest, EveryStepMayFail) {
  const auto store = open();
  for (const Operation operation : {Operation::set_mode, Operation::flush_file, Operation::rename,
                                    Operation::make_folder, Operation::flush_folder}) {
    const std::string content = "for " + std::to_string(static_cast<int>(operation));
    watch(operation, errors::no_space_on_device);
    const auto outcome = upload(*store, content);
    ASSERT_FALSE(outcome) << content;
    EXPECT_EQ(outcome.error().code, errc::storage_full);
    watch();
    EXPECT_EQ(store->status(id_of(content)).value(), BlobStatus::unknown);
    EXPECT_TRUE(files_below(".shaman/uploading").empty());
    EXPECT_EQ(store->uploads_under_way(), 0U);
  }
}

TEST_F(DurabilityTest, AFullDiskFailsTheWrite) {
  const auto store = open();
  Upload upload = begin(*store, id_of("content"));
  watch(Operation::write, errors::no_space_on_device);
  EXPECT_EQ(upload.write(bytes("con")).error().code, errc::storage_full);
  watch();
  EXPECT_EQ(upload.write(bytes("tent")).error().code, errc::storage_full) << "a hole is no file";
  EXPECT_EQ(commit(*store, std::move(upload)).error().code, errc::storage_full);
}

TEST_F(DurabilityTest, ShortWritesAreContinued) {
  const auto store = open();
  failing_.write_at_most(3);
  const BlobId id = put(*store, "0123456789");
  EXPECT_EQ(test::TemporaryFolder::read(blob_path(id)), "0123456789");
}

TEST_F(DurabilityTest, NoUploadBeginsThatCannotFit) {
  options_.limits.min_free_space = 500;
  const auto store = open();
  failing_.pretend_space(fs::Space{2000, 10});
  EXPECT_EQ(store->begin_upload({Sha256::of(std::string_view("x")), 1501}, false).error().code,
            errc::storage_full);
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  EXPECT_EQ(store->uploads_under_way(), 0U);
  {
    const Upload first = begin(*store, {Sha256::of(std::string_view("x")), 1000});
    const auto second = store->begin_upload({Sha256::of(std::string_view("y")), 501}, false);
    ASSERT_FALSE(second) << "the first will take its part";
    EXPECT_EQ(second.error().code, errc::storage_full);
  }
  const Upload third = begin(*store, {Sha256::of(std::string_view("y")), 1500});
  failing_.pretend_space(fs::Space{1U << 30U, 0});
  EXPECT_EQ(store->begin_upload(id_of("z"), false).error().code, errc::storage_full);
}

TEST_F(DurabilityTest, APromiseOfOneClientKeepsNobodyElseOut) {
  constexpr std::uint64_t kMiB = 1U << 20U;
  const auto store = open();
  failing_.pretend_space(fs::Space{1000 * kMiB, 1000});
  const BlobId huge{Sha256::of(std::string_view("x")), 990 * kMiB};
  const auto promised = store->begin_upload(huge, false, {{}, true, "10.0.0.1"});
  ASSERT_TRUE(promised);
  const BlobId large{Sha256::of(std::string_view("y")), 900 * kMiB};
  EXPECT_FALSE(store->begin_upload(large, false, {{}, true, "10.0.0.1"}));
  EXPECT_TRUE(store->begin_upload(large, false, {{}, true, "10.0.0.2"}));
}

TEST_F(DurabilityTest, WhatWouldLeaveTooLittleFreeIsNotWritten) {
  constexpr std::uint64_t kMiB = 1U << 20U;
  options_.limits.min_free_space = 100 * kMiB;
  const auto store = open();
  failing_.pretend_space(fs::Space{200 * kMiB, 1000});
  Upload upload = begin(*store, {Sha256::of(std::string_view("x")), 90 * kMiB});
  const std::string piece(kMiB, 'x');
  for (int i = 0; i < 8; ++i)
    ASSERT_TRUE(upload.write(bytes(piece)));
  failing_.pretend_space(fs::Space{100 * kMiB, 1000});  // by somebody else
  const auto refused = upload.write(bytes(piece));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::storage_full);
}

TEST_F(DurabilityTest, AStalledUploadIsTakenOver) {
  const auto store = open();
  const BlobId id = id_of("content");
  Upload first = begin(*store, id);
  ASSERT_TRUE(first.write(bytes("con")));
  std::promise<void> woken;
  const auto waiter = store->when_released(id, [&] { woken.set_value(); });
  EXPECT_TRUE(std::holds_alternative<Claimed>(store->begin_upload(id, false).value()));
  failing_.advance_clock(6s);
  woken.get_future().get();
  Upload second = begin(*store, id);
  EXPECT_EQ(store->counters().takeovers, 1U);
  EXPECT_FALSE(first.is_superseded());
  ASSERT_TRUE(second.write(bytes("content")));
  ASSERT_TRUE(commit(*store, std::move(second)));
  EXPECT_TRUE(first.is_superseded());
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
}

TEST_F(DurabilityTest, WhileABlobIsCommittedItIsUploading) {
  // Before the store, whose own thread may still be in the hook when it ends.
  std::promise<void> reached;
  std::promise<void> go_on;
  auto may_go_on = go_on.get_future().share();
  std::atomic<bool> first{true};
  const auto store = open();
  const BlobId id = id_of("content");
  failing_.on_call([&](const Call& call) {
    // Renamed, its name not flushed yet.
    if (call.operation == Operation::flush_folder && first.exchange(false)) {
      reached.set_value();
      may_go_on.wait();
    }
    return boost::system::error_code();
  });
  Upload upload = begin(*store, id);
  ASSERT_TRUE(upload.write(bytes("content")));
  std::promise<void> done;
  store->commit(std::move(upload), [&](result<void>) { done.set_value(); });
  reached.get_future().wait();
  EXPECT_TRUE(std::filesystem::exists(blob_path(id)));
  EXPECT_EQ(store->status(id).value(), BlobStatus::uploading);
  EXPECT_TRUE(std::holds_alternative<Deferred>(store->begin_upload(id, true).value()));
  go_on.set_value();
  done.get_future().wait();
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
}

TEST_F(DurabilityTest, LeavesNoHandleOpen) {
  {
    const auto store = open();
    put(*store, "content");
    const Upload abandoned = begin(*store, id_of("other"));
  }
  EXPECT_EQ(failing_.open_handles(), 0U);
}

}  // namespace
}  // namespace shaman
