// SPDX-License-Identifier: GPL-3.0-or-later
// Many blobs at once: how few flushes they need, and what becomes of each when the disk fails.
#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <utility>

#include "shaman/store.hpp"

#include "failing_file_system.hpp"
#include "store/root/whole_flush.hpp"
#include "store_fixture.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
using test::Call;
using test::id_of;
using test::Operation;
using namespace std::chrono_literals;

class GroupCommitTest : public test::StoreTest {
 protected:
  GroupCommitTest() : test::StoreTest(&failing_) {
    options_.housekeeping = 0ms;
    failing_.on_call([this](const Call& call) {
      ++counts_[static_cast<std::size_t>(call.operation)];
      return on_call_ ? on_call_(call) : boost::system::error_code();
    });
  }

  struct Outcomes {
    std::size_t stored = 0;
    std::size_t failed = 0;
  };
  // All uploads are complete before the first is committed.
  Outcomes commit(Store& store, std::size_t count) {
    std::vector<Upload> uploads;
    for (std::size_t i = 0; i < count; ++i) {
      contents_.push_back("content " + std::to_string(contents_.size()));
      uploads.push_back(test::begin(store, id_of(contents_.back())));
      if (!uploads.back().write(test::bytes(contents_.back()))) throw std::runtime_error("write");
    }
    count_anew();
    std::atomic<std::size_t> stored{0};
    std::latch all(static_cast<std::ptrdiff_t>(count));
    for (Upload& upload : uploads)
      store.commit_among_many(std::move(upload), [&](const result<void>& done) {
        if (done) ++stored;
        all.count_down();
      });
    all.wait();
    return {stored, count - stored};
  }
  void count_anew() {
    for (auto& each : counts_)
      each = 0;
  }
  [[nodiscard]] std::uint64_t count(Operation operation) const {
    return counts_[static_cast<std::size_t>(operation)];
  }
  [[nodiscard]] std::size_t stored(Store& store) const {
    std::size_t count = 0;
    for (const std::string& content : contents_)
      if (store.status(id_of(content)).value() == BlobStatus::stored) ++count;
    return count;
  }

  static constexpr std::size_t kBlobs = 50;
  fs::LocalFileSystem inner_;
  test::FailingFileSystem failing_{inner_};
  std::function<boost::system::error_code(const Call&)> on_call_;
  std::array<std::atomic<std::uint64_t>, 32> counts_{};
  std::vector<std::string> contents_;
};

boost::system::error_code io_error() {
  return errors::make_error_code(errors::io_error);
}

TEST_F(GroupCommitTest, TheyShareTheirFlushes) {
  const auto store = open();
  // The first round lasts until all others have come.
  std::atomic<bool> is_first{true};
  on_call_ = [&](const Call& call) {
    if (call.operation == Operation::flush_all && is_first.exchange(false))
      while (count(Operation::touch) < kBlobs)
        std::this_thread::yield();
    return boost::system::error_code();
  };
  EXPECT_EQ(commit(*store, kBlobs).stored, kBlobs);
  EXPECT_GE(count(Operation::flush_all), 2U);
  EXPECT_LE(count(Operation::flush_all), 5U);
  EXPECT_EQ(count(Operation::flush_file) + count(Operation::flush_folder), 0U);
  count_anew();
  EXPECT_EQ(stored(*store), kBlobs);
}

TEST_F(GroupCommitTest, NoNameBeforeItsContentIsOnTheDisk) {
  const auto store = open();
  std::atomic<bool> has_flushed{false};
  std::atomic<bool> is_early{false};
  on_call_ = [&](const Call& call) {
    if (call.operation == Operation::rename && !has_flushed) is_early = true;
    return boost::system::error_code();
  };
  failing_.on_call([&, inner = on_call_](const Call& call) {
    if (call.operation == Operation::flush_all) has_flushed = true;
    return inner(call);
  });
  EXPECT_EQ(commit(*store, 1).stored, 1U);
  EXPECT_FALSE(is_early);
}

TEST_F(GroupCommitTest, WhereTheSharedFlushFailsEachIsFlushedByItself) {
  const auto store = open();
  on_call_ = [](const Call& call) {
    return call.operation == Operation::flush_all ? io_error() : boost::system::error_code();
  };
  EXPECT_EQ(commit(*store, kBlobs).stored, kBlobs);
  // Its content before it gets its name, and its folders afterwards.
  EXPECT_GE(count(Operation::flush_file), kBlobs);
  EXPECT_GE(count(Operation::flush_folder), 2 * kBlobs);
  EXPECT_EQ(stored(*store), kBlobs);
}

TEST_F(GroupCommitTest, OnlyWhatTheDiskLosesFails) {
  const auto store = open();
  std::atomic<bool> is_first{true};
  on_call_ = [&](const Call& call) {
    if (call.operation == Operation::flush_all) return io_error();
    if (call.operation == Operation::flush_file && is_first.exchange(false)) return io_error();
    return boost::system::error_code();
  };
  const Outcomes outcomes = commit(*store, kBlobs);
  EXPECT_EQ(outcomes.failed, 1U);
  on_call_ = {};
  EXPECT_EQ(stored(*store), kBlobs - 1);
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
}

// The system tells a failed write once: here to another flush, before these blobs are committed.
TEST_F(GroupCommitTest, ALossThatAnotherFlushWasToldCountsForAllThatWereBeingWritten) {
  const auto store = open();
  std::atomic<bool> fails{false};
  on_call_ = [&](const Call& call) {
    return call.operation == Operation::flush_all && fails.exchange(false)
               ? io_error()
               : boost::system::error_code();
  };
  Upload early = test::begin(*store, id_of("early"));
  ASSERT_TRUE(early.write(test::bytes("early")));
  fails = true;
  EXPECT_EQ(commit(*store, 1).stored, 1U);
  ASSERT_FALSE(fails);
  count_anew();
  std::latch done(1);
  store->commit_among_many(std::move(early), [&](const result<void>& outcome) {
    EXPECT_TRUE(outcome);
    done.count_down();
  });
  done.wait();
  EXPECT_EQ(count(Operation::flush_file), 2U);  // its content, and once more with its name
}

TEST_F(GroupCommitTest, IfOthersWriteMuchTheyAreFlushedOneByOne) {
  const auto store = open();
  on_call_ = [&](const Call& call) {
    if (call.operation == Operation::flush_all) failing_.advance_clock(1s);
    return boost::system::error_code();
  };
  EXPECT_EQ(commit(*store, 1).stored, 1U);
  EXPECT_EQ(commit(*store, 1).stored, 1U);
  EXPECT_EQ(count(Operation::flush_all), 0U);
  EXPECT_EQ(count(Operation::flush_file), 1U);
  failing_.advance_clock(20s);
  EXPECT_EQ(commit(*store, 1).stored, 1U);
  EXPECT_GE(count(Operation::flush_all), 1U);
}

TEST_F(GroupCommitTest, WrongContentIsRefusedAndLeavesNothing) {
  const auto store = open();
  Upload upload = test::begin(*store, id_of("right"));
  ASSERT_TRUE(upload.write(test::bytes("wrong")));
  std::latch done(1);
  store->commit_among_many(std::move(upload), [&](const result<void>& outcome) {
    EXPECT_EQ(outcome.error().code, errc::content_mismatch);
    done.count_down();
  });
  done.wait();
  EXPECT_TRUE(files_below("file-store").empty());
}

TEST_F(GroupCommitTest, WhatIsUnderWayWhenTheStoreClosesIsStored) {
  auto store = open();
  std::vector<Upload> uploads;
  for (std::size_t i = 0; i < kBlobs; ++i) {
    contents_.push_back(std::to_string(i));
    uploads.push_back(test::begin(*store, id_of(contents_.back())));
    ASSERT_TRUE(uploads.back().write(test::bytes(contents_.back())));
  }
  std::atomic<std::size_t> outcomes{0};
  for (Upload& upload : uploads)
    store->commit_among_many(std::move(upload), [&](const result<void>& done) {
      if (done) ++outcomes;
    });
  store.reset();
  EXPECT_EQ(outcomes, kBlobs);
}

TEST(WholeFlushTest, AFailureIsToldToAllWhoWroteBeforeIt) {
  fs::LocalFileSystem inner;
  test::FailingFileSystem failing(inner);
  bool fails = false;
  failing.on_call([&](const Call&) {
    return std::exchange(fails, false) ? io_error() : boost::system::error_code();
  });
  const test::TemporaryFolder folder;
  const auto root = failing.open_root(folder.path(""));
  ASSERT_TRUE(root);
  for (const auto calls : {WholeFlush::Calls::shared, WholeFlush::Calls::own}) {
    WholeFlush flush(failing, *root, calls);
    EXPECT_TRUE(flush.run(flush.losses()));
    const std::uint64_t before = flush.losses();
    fails = true;
    EXPECT_FALSE(flush.run(flush.losses()));
    EXPECT_TRUE(flush.has_failed_within(1h));
    EXPECT_FALSE(flush.run(before));
    EXPECT_TRUE(flush.run(flush.losses()));
    failing.advance_clock(2h);
    EXPECT_FALSE(flush.has_failed_within(1h));
  }
}

}  // namespace
}  // namespace shaman
