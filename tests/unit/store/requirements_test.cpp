// SPDX-License-Identifier: GPL-3.0-or-later
// Store::require: what is stored, and that it is marked as used.
#include <filesystem>
#include <functional>
#include <utility>

#include "shaman/store.hpp"

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman {
namespace {

using test::begin;
using test::id_of;
using test::put;
using namespace std::chrono_literals;

class RequirementsTest : public test::StoreTest {
 protected:
  RequirementsTest() : test::StoreTest(&failing_) {}

  std::vector<BlobStatus> require(Store& store, const std::vector<BlobId>& ids) {
    FileList files;
    for (const BlobId& id : ids)
      files.add(id, "some/path");
    std::vector<BlobStatus> statuses(files.size(), BlobStatus::uploading);
    const auto done = store.require(files, statuses);
    EXPECT_TRUE(done);
    return statuses;
  }
  std::chrono::hours age_of(const BlobId& id) const {
    return std::chrono::duration_cast<std::chrono::hours>(
        std::filesystem::file_time_type::clock::now() -
        std::filesystem::last_write_time(blob_path(id)));
  }
  void age(const BlobId& id, std::chrono::hours by) const {
    std::filesystem::last_write_time(blob_path(id),
                                     std::filesystem::file_time_type::clock::now() - by);
  }

  fs::LocalFileSystem inner_;
  test::FailingFileSystem failing_{inner_};
};

TEST_F(RequirementsTest, AnswersInTheListsOrder) {
  const auto store = open();
  const BlobId stored = put(*store, "stored");
  const BlobId unknown = id_of("unknown");
  const BlobId uploading = id_of("uploading");
  const Upload upload = begin(*store, uploading);
  EXPECT_EQ(require(*store, {uploading, stored, unknown, stored, uploading}),
            (std::vector{BlobStatus::uploading, BlobStatus::stored, BlobStatus::unknown,
                         BlobStatus::stored, BlobStatus::uploading}));
  EXPECT_TRUE(require(*store, {}).empty());
}

TEST_F(RequirementsTest, MarksWhatIsStored) {
  const BlobId id = put(*open(), "content");
  age(id, 1000h);
  const auto store = open();
  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_GE(age_of(id), 999h) << "a status does not mark";
  EXPECT_EQ(require(*store, {id}), std::vector{BlobStatus::stored});
  EXPECT_LT(age_of(id), 1h);
  EXPECT_EQ(store->counters().marks, 1U);
}

TEST_F(RequirementsTest, BeginningAnUploadOfAStoredBlobMarksIt) {
  const BlobId id = put(*open(), "content");
  age(id, 1000h);
  const auto store = open();
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(store->begin_upload(id, false).value()));
  EXPECT_LT(age_of(id), 1h);
}

TEST_F(RequirementsTest, RemembersMarksForTheLease) {
  std::atomic<int> looks{0};  // before the store, whose own thread calls the hook as well
  const BlobId id = put(*open(), "content");
  age(id, 1000h);
  const auto store = open();
  require(*store, {id});
  failing_.on_call([&](const test::Call& call) {
    if (call.operation == test::Operation::stat && call.path.ends_with(".blob")) ++looks;
    return boost::system::error_code();
  });
  EXPECT_EQ(require(*store, {id}), std::vector{BlobStatus::stored});
  EXPECT_EQ(store->counters().marks, 1U);
  EXPECT_EQ(store->counters().marks_saved, 1U);
  EXPECT_EQ(looks, 0);
  failing_.advance_clock(59min);
  require(*store, {id});
  EXPECT_EQ(store->counters().marks_saved, 2U);
  failing_.advance_clock(2min);
  require(*store, {id});
  EXPECT_EQ(store->counters().marks_saved, 2U);
  EXPECT_EQ(store->counters().marks, 2U);
  EXPECT_GT(looks, 0);
}

TEST_F(RequirementsTest, AnotherServersMarkIsAsGood) {
  const auto store = open();
  const BlobId id = put(*open(), "content");
  require(*store, {id});
  EXPECT_EQ(store->counters().marks, 0U);
}

TEST_F(RequirementsTest, AMarkInTheFutureIsNone) {
  const BlobId id = put(*open(), "content");
  age(id, -1000h);
  const auto store = open();
  require(*store, {id});
  EXPECT_EQ(store->counters().marks, 1U);
  EXPECT_GE(age_of(id), -1h);
}

TEST_F(RequirementsTest, WhatVanishedIsFoundOutWhenItIsLookedAt) {
  const auto store = open();
  const BlobId id = put(*store, "content");
  std::filesystem::remove(blob_path(id));
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  EXPECT_EQ(require(*store, {id}), std::vector{BlobStatus::unknown}) << "not from memory any more";
}

TEST_F(RequirementsTest, ThousandsAreToldApart) {
  std::vector<BlobId> ids;
  std::vector<BlobStatus> expected;
  options_.durability = Durability::none;
  const auto store = open();
  for (int i = 0; i < 20'000; ++i) {
    const std::string content = std::to_string(i);
    const bool is_stored = i % 100 == 0;
    ids.push_back(is_stored ? put(*store, content) : id_of(content));
    expected.push_back(is_stored ? BlobStatus::stored : BlobStatus::unknown);
  }
  EXPECT_EQ(require(*store, ids), expected);
  const auto cold = open();
  EXPECT_EQ(require(*cold, ids), expected);
  EXPECT_EQ(require(*cold, ids), expected);
}

TEST_F(RequirementsTest, FailsWhereTheDiskDoes) {
  const auto store = open();
  const BlobId id = put(*store, "content");
  failing_.advance_clock(2h);
  failing_.on_call([](const test::Call& call) {
    return call.operation == test::Operation::touch
               ? boost::system::errc::make_error_code(boost::system::errc::read_only_file_system)
               : boost::system::error_code();
  });
  FileList files;
  files.add(id, "x");
  std::vector<BlobStatus> statuses(1);
  const auto done = store->require(files, statuses);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::io_error);
  EXPECT_THAT(done.error().message(), testing::HasSubstr(id.brief()));
}

// A blob that no server remembers as durable is flushed before anybody is told of it. Each call
// that may come between the look and the flush is a moment for a collector to take it away.
class MovedMeanwhile : public RequirementsTest {
 protected:
  MovedMeanwhile() : id_(put(*open(), "young")) {}

  void before_flush(std::function<void()> move) {
    failing_.on_call([this, move = std::move(move)](const test::Call& call) {
      const bool is_flush = call.operation == test::Operation::open_file &&
                            call.path.ends_with(".blob") && std::exchange(waits_, false);
      if (is_flush) move();
      return boost::system::error_code();
    });
  }
  void to_trash() {
    std::filesystem::create_directories(below(".shaman/trash/1-1"));
    std::filesystem::rename(blob_path(id_), below(".shaman/trash/1-1/" + id_.digest.hex() + "-" +
                                                  std::to_string(id_.size)));
  }

  const BlobId id_;
  bool waits_ = true;
};

TEST_F(MovedMeanwhile, RequirementsBringItBackFromTheTrash) {
  const auto store = open();
  before_flush([this] { to_trash(); });
  EXPECT_EQ(require(*store, {id_}), std::vector{BlobStatus::stored});
  EXPECT_FALSE(waits_);
  EXPECT_TRUE(std::filesystem::exists(blob_path(id_)));
}

TEST_F(MovedMeanwhile, RequirementsDoNotKnowWhatWasDeleted) {
  const auto store = open();
  before_flush([this] { std::filesystem::remove_all(blob_path(id_)); });
  EXPECT_EQ(require(*store, {id_}), std::vector{BlobStatus::unknown});
  EXPECT_FALSE(waits_);
}

TEST_F(MovedMeanwhile, AnUploadBringsItBackFromTheTrash) {
  const auto store = open();
  before_flush([this] { to_trash(); });
  const auto begun = store->begin_upload(id_, false);
  ASSERT_TRUE(begun) << begun.error().message();
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(*begun));
  EXPECT_FALSE(waits_);
  EXPECT_TRUE(std::filesystem::exists(blob_path(id_)));
}

TEST_F(MovedMeanwhile, AStatusIsUnknownWhereItIsGone) {
  const auto store = open();
  before_flush([this] { std::filesystem::remove_all(blob_path(id_)); });
  const auto status = store->status(id_);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(*status, BlobStatus::unknown);
  EXPECT_FALSE(waits_);
}

}  // namespace
}  // namespace shaman
