// SPDX-License-Identifier: GPL-3.0-or-later
// What a journal saves, what it gives back after a crash, and what it does when it cannot be used.
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>
#include <utility>

#include "shaman/store.hpp"

#include "failing_file_system.hpp"
#include "store/journal/record.hpp"
#include "store_fixture.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
namespace files = std::filesystem;
using test::Call;
using test::id_of;
using test::Operation;
using test::put;
using namespace std::chrono_literals;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, std::string_view content) {
  files::create_directories(files::path(path).parent_path());
  files::remove(path);
  std::ofstream(path, std::ios::binary) << content;
}

class JournalTest : public test::StoreTest {
 protected:
  JournalTest() : test::StoreTest(&failing_) {
    // Each flush is made where it is asked for, so that they can be counted.
    options_.durability = Durability::full;
    options_.journal.segments = 2;
    options_.journal.bytes = kBytes;
    options_.housekeeping = 0ms;
    failing_.on_call([this](const Call& call) {
      ++counts_[static_cast<std::size_t>(call.operation)];
      if (fails_ && fails_(call)) return errors::make_error_code(errors::io_error);
      return boost::system::error_code();
    });
  }

  // With a journal: the first upload makes it, the second begins to use it.
  std::unique_ptr<Store> open_with_journal() {
    auto store = Store::open(file_system_, root(), options_, callers_thread_);
    if (!store) throw std::runtime_error(store.error().message());
    put(**store, "the first of " + std::to_string(++opened_));
    put(**store, "the second of " + std::to_string(opened_));
    return std::move(*store);
  }
  std::uint64_t count(Operation operation, const std::function<void()>& during) {
    const std::uint64_t before = counts_[static_cast<std::size_t>(operation)];
    during();
    return counts_[static_cast<std::size_t>(operation)] - before;
  }
  [[nodiscard]] std::vector<std::string> journal_files() const {
    return files_below(".shaman/journal");
  }

  // What a server that is killed now leaves of its journal, with the store closed.
  void kill(std::unique_ptr<Store> store) {
    const std::string kept = folder_.path("kept");
    files::copy(below(".shaman/journal"), kept, files::copy_options::recursive);
    store.reset();
    files::create_directories(below(".shaman/journal"));
    for (const auto& server : files::directory_iterator(kept))
      files::rename(server.path(), below(".shaman/journal/dead"));
  }
  [[nodiscard]] std::string dead_segment() const {
    for (const auto& file : files::directory_iterator(below(".shaman/journal/dead")))
      if (read_file(file.path()).find(kContent) != std::string::npos) return file.path();
    throw std::runtime_error("the content is in no segment");
  }
  // A segment that is ready for its next use has another nonce than its records.
  [[nodiscard]] bool is_without_records() const {
    for (const std::string& file : journal_files()) {
      const std::string bytes = read_file(below(".shaman/journal/" + file));
      const auto nonce = journal::read_segment_header(bytes);
      if (nonce &&
          journal::read_record_header(bytes.substr(journal::kPage), *nonce, journal::kPage))
        return false;
    }
    return true;
  }
  static void wait_for(const std::function<bool()>& condition) {
    while (!condition())
      std::this_thread::sleep_for(1ms);
  }
  [[nodiscard]] bool is_stored(const BlobId& id) {
    return read_file(blob_path(id)).size() == id.size &&
           Sha256::of(read_file(blob_path(id))) == id.digest;
  }

  static constexpr std::uint64_t kBytes = std::uint64_t{2} * 16 * journal::kPage;
  static constexpr std::string_view kContent = "the content of a texture";
  WorkerPool callers_thread_{WorkerPool::OnCallersThread{}};
  fs::LocalFileSystem inner_;
  test::FailingFileSystem failing_{inner_};
  std::array<std::atomic<std::uint64_t>, 32> counts_{};
  std::function<bool(const Call&)> fails_;
  int opened_ = 0;
};

TEST_F(JournalTest, OneFlushForASmallBlobAndNoneForItsPlace) {
  const auto store = open_with_journal();
  EXPECT_EQ(count(Operation::flush_file, [&] { put(*store, kContent); }), 1U);
  EXPECT_EQ(count(Operation::flush_folder, [&] { put(*store, "another"); }), 0U);
  EXPECT_TRUE(is_stored(id_of(kContent)));
  EXPECT_EQ(store->status(id_of(kContent)).value(), BlobStatus::stored);
}

TEST_F(JournalTest, ALargerBlobIsFlushedInItsPlace) {
  options_.journal.largest_blob = 100;
  const auto store = open_with_journal();
  EXPECT_EQ(count(Operation::flush_folder, [&] { put(*store, std::string(100, 'a')); }), 0U);
  EXPECT_GT(count(Operation::flush_folder, [&] { put(*store, std::string(101, 'a')); }), 0U);
}

TEST_F(JournalTest, IsGoneAfterAnOrderlyEnd) {
  auto store = open_with_journal();
  EXPECT_EQ(journal_files().size(), 2U);
  EXPECT_EQ(count(Operation::flush_all, [&] { store.reset(); }), 1U);
  EXPECT_TRUE(journal_files().empty());
}

TEST_F(JournalTest, WithoutASizeOrDurabilityOrSpaceThereIsNone) {
  const auto has_none = [&] {
    const auto store = open_with_journal();
    return journal_files().empty();
  };
  options_.journal.bytes = 0;
  EXPECT_TRUE(has_none());
  options_.journal.bytes = kBytes;
  options_.durability = Durability::none;
  EXPECT_TRUE(has_none());
  options_.durability = Durability::full;
  failing_.pretend_space(fs::Space{64 * (kBytes - 1), 1000});
  EXPECT_TRUE(has_none());
  failing_.pretend_space(fs::Space{64 * kBytes, 1000});
  EXPECT_FALSE(has_none());
}

TEST_F(JournalTest, GivesBackWhatACrashTookFromItsPlace) {
  const std::vector<std::function<void(const std::string&)>> crashes = {
      [](const std::string& blob) { files::remove(blob); },
      [](const std::string& blob) { files::remove_all(files::path(blob).parent_path()); },
      [](const std::string& blob) { write_file(blob, ""); },
      [](const std::string& blob) { write_file(blob, std::string(kContent.size(), '\0')); },
      [](const std::string&) {}};
  for (const auto& crash : crashes) {
    auto store = open_with_journal();
    put(*store, kContent);
    kill(std::move(store));
    crash(blob_path(id_of(kContent)));
    store = open();
    EXPECT_TRUE(is_stored(id_of(kContent)));
    EXPECT_EQ(store->status(id_of(kContent)).value(), BlobStatus::stored);
    EXPECT_TRUE(journal_files().empty());
    store.reset();
    files::remove_all(root());
    files::remove_all(folder_.path("kept"));
  }
}

TEST_F(JournalTest, ALaterRecordCountsThoughAnEarlierOneIsNotWhole) {
  auto store = open_with_journal();
  put(*store, "an earlier one");
  put(*store, kContent);
  kill(std::move(store));
  const std::string segment = dead_segment();
  std::string bytes = read_file(segment);
  bytes[bytes.find("an earlier one")] = 'X';
  write_file(segment, bytes);
  files::remove(blob_path(id_of("an earlier one")));
  files::remove(blob_path(id_of(kContent)));
  store = open();
  EXPECT_TRUE(is_stored(id_of(kContent)));
  EXPECT_FALSE(files::exists(blob_path(id_of("an earlier one"))));
}

TEST_F(JournalTest, ATornRecordIsLeftOut) {
  auto store = open_with_journal();
  put(*store, kContent);
  kill(std::move(store));
  const std::string segment = dead_segment();
  const std::string whole = read_file(segment);
  const std::size_t end = whole.find(kContent) + kContent.size();
  const std::size_t begin = end - kContent.size() - journal::kRecordHeader;
  for (std::size_t length = begin; length < end; length += 5) {
    write_file(segment, whole.substr(0, length));
    files::remove(blob_path(id_of(kContent)));
    files::copy(below(".shaman/journal/dead"), folder_.path("again"));
    store = open();
    EXPECT_FALSE(files::exists(blob_path(id_of(kContent)))) << length;
    store.reset();
    files::create_directories(below(".shaman/journal"));
    files::rename(folder_.path("again"), below(".shaman/journal/dead"));
  }
}

TEST_F(JournalTest, NothingOfAnEarlierUseIsReplayed) {
  auto store = open_with_journal();
  put(*store, kContent);
  // Both segments are filled more than once.
  for (int i = 0; i < 70; ++i)
    put(*store, "content " + std::to_string(i));
  const std::string last = "content 69";
  kill(std::move(store));
  files::remove(blob_path(id_of(kContent)));
  files::remove(blob_path(id_of(last)));
  store = open();
  EXPECT_TRUE(is_stored(id_of(last)));
  EXPECT_FALSE(files::exists(blob_path(id_of(kContent))));
}

TEST_F(JournalTest, ASegmentIsUsedAgainOnceAllIsOnTheDisk) {
  const auto store = open_with_journal();
  std::uint64_t folders = 0;
  const std::uint64_t all = count(Operation::flush_all, [&] {
    folders = count(Operation::flush_folder, [&] {
      for (int i = 0; i < 60; ++i)
        put(*store, "content " + std::to_string(i));
    });
  });
  EXPECT_EQ(folders, 0U);
  EXPECT_GE(all, 3U);
  EXPECT_LE(all, 5U);
  EXPECT_EQ(journal_files().size(), 2U);
}

TEST_F(JournalTest, WhatCannotBeWrittenToItIsFlushedInItsPlace) {
  const auto store = open_with_journal();
  bool has_failed = false;
  fails_ = [&](const Call& call) {
    return call.operation == Operation::flush_file && !std::exchange(has_failed, true);
  };
  EXPECT_GT(count(Operation::flush_folder, [&] { put(*store, kContent); }), 0U);
  EXPECT_TRUE(has_failed);
  EXPECT_TRUE(is_stored(id_of(kContent)));
  EXPECT_TRUE(logged("cannot write to .shaman/journal"));
  // The broken segment is gone.
  EXPECT_EQ(journal_files().size(), 1U);
}

TEST_F(JournalTest, TellsItsState) {
  const auto store = open_with_journal();
  const JournalState before = store->health().journal;
  EXPECT_TRUE(before.is_used);
  EXPECT_FALSE(before.is_failing);
  EXPECT_EQ(before.bytes, before.segments * (kBytes / 2));
  put(*store, kContent);
  const JournalState after = store->health().journal;
  EXPECT_EQ(after.blobs, before.blobs + 1);
  EXPECT_GT(after.used, before.used);
  bool has_failed = false;
  fails_ = [&](const Call& call) {
    return call.operation == Operation::flush_file && !std::exchange(has_failed, true);
  };
  put(*store, "refused by the disk");
  EXPECT_TRUE(store->health().journal.is_failing);
}

TEST_F(JournalTest, IsNotUsedIfItHasNoSize) {
  options_.journal.bytes = 0;
  const auto store = Store::open(file_system_, root(), options_, callers_thread_);
  EXPECT_FALSE((*store)->health().journal.is_used);
}

TEST_F(JournalTest, IfTheDiskDropsWhatWasToBeWrittenItIsWrittenAgain) {
  auto store = open_with_journal();
  put(*store, kContent);
  bool has_failed = false;
  fails_ = [&](const Call& call) {
    return call.operation == Operation::flush_all && !std::exchange(has_failed, true);
  };
  const std::uint64_t renames = count(Operation::rename, [&] { store.reset(); });
  EXPECT_EQ(renames, 4U);  // two blobs, each replaced by a second rename
  EXPECT_TRUE(journal_files().empty());
}

// The first segment's flush is told; the second segment's blobs may be lost as well.
TEST_F(JournalTest, WhatOneSegmentIsToldCountsForTheNextOne) {
  const auto store = open_with_journal();
  bool has_failed = false;
  fails_ = [&](const Call& call) {
    return call.operation == Operation::flush_all && !std::exchange(has_failed, true);
  };
  const auto fill = [&] {
    for (int i = 0; i < 20 && !has_failed; ++i)
      put(*store, "content " + std::to_string(i));
  };
  fill();
  ASSERT_TRUE(has_failed);
  std::uint64_t renames = 0;
  for (int i = 0; i < 14; ++i)
    renames += count(Operation::rename, [&] { put(*store, "later " + std::to_string(i)); });
  EXPECT_EQ(renames, 14U);
  // Full now, with the blob that was being written when the failure was told.
  renames = count(Operation::rename, [&] { put(*store, "the last"); });
  EXPECT_GT(renames, 15U);
}

TEST_F(JournalTest, IsKeptIfNothingCanBeWritten) {
  auto store = open_with_journal();
  put(*store, kContent);
  fails_ = [](const Call& call) { return call.operation == Operation::flush_all; };
  store.reset();
  EXPECT_TRUE(logged("which is kept"));
  EXPECT_EQ(journal_files().size(), 1U);
  fails_ = {};
  files::remove(blob_path(id_of(kContent)));
  store = open();
  EXPECT_TRUE(is_stored(id_of(kContent)));
  EXPECT_TRUE(journal_files().empty());
}

TEST_F(JournalTest, AJournalThatCannotBeReplayedStaysForTheNextLook) {
  auto store = open_with_journal();
  put(*store, kContent);
  kill(std::move(store));
  files::remove(blob_path(id_of(kContent)));
  fails_ = [](const Call& call) { return call.operation == Operation::create_file; };
  const auto refused = try_open();
  fails_ = {};
  EXPECT_FALSE(journal_files().empty());
  store = open();
  EXPECT_TRUE(is_stored(id_of(kContent)));
}

TEST_F(JournalTest, WhatItHasHeldForAWhileIsPutOnTheDisk) {
  options_.housekeeping = 1ms;
  const auto store = open_with_journal();
  const std::uint64_t flushes = count(Operation::flush_all, [&] {
    failing_.advance_clock(40s);
    wait_for([&] { return is_without_records(); });
  });
  EXPECT_EQ(flushes, 1U);
  EXPECT_EQ(journal_files().size(), 2U);
}

TEST_F(JournalTest, GivesItsSpaceBackWhenNobodyUploads) {
  options_.housekeeping = 1ms;
  const auto store = open_with_journal();
  failing_.advance_clock(6min);
  wait_for([&] { return journal_files().empty(); });
  put(*store, "makes another");
  put(*store, kContent);
  EXPECT_FALSE(journal_files().empty());
}

TEST_F(JournalTest, GivesItsSpaceBackWhenTheStorageIsFull) {
  options_.housekeeping = 1ms;
  const auto store = open_with_journal();
  failing_.pretend_space(fs::Space{0, 1000});
  failing_.advance_clock(40s);
  wait_for([&] { return journal_files().empty(); });
}

TEST_F(JournalTest, ADamagedBlobInTheTrashIsNotBroughtBack) {
  auto store = open_with_journal();
  const BlobId id = put(*store, kContent);
  kill(std::move(store));
  const std::string in_trash =
      below(".shaman/trash/run/" + id.digest.hex() + "-" + std::to_string(id.size));
  write_file(in_trash, std::string(kContent.size(), '\0'));
  files::remove(blob_path(id));
  store = open();
  EXPECT_FALSE(files::exists(in_trash));
  EXPECT_TRUE(is_stored(id));
}

}  // namespace
}  // namespace shaman
