// SPDX-License-Identifier: GPL-3.0-or-later
// Storages that refuse some call for good: each is found out when the store is opened. Either the
// store does without that call, or it does not open and says why.
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shaman/checkout.hpp"

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman::test {
namespace {

using testing::HasSubstr;

struct Refusal {
  std::string name;
  Operation operation;
  int error;
  std::string words{};  ///< of the refusal to open; empty: all works
  bool only_to_free_name = false;
};

class RefusingStorage : public StoreTest, public testing::WithParamInterface<Refusal> {
 protected:
  RefusingStorage() : StoreTest(&failing_) {
    options_.housekeeping = std::chrono::milliseconds(0);
    failing_.on_call([refusal = GetParam()](const Call& call) -> boost::system::error_code {
      if (call.operation != refusal.operation) return {};
      if (refusal.only_to_free_name && !call.to_free_name) return {};
      return {refusal.error, boost::system::generic_category()};
    });
  }

  static std::string content(int i) { return "content " + std::to_string(i); }

  void resume(Store& store) {
    const std::string whole = "sent in two parts";
    const BlobId id = id_of(whole);
    const Takeover nobody{[] {}, [] {}};
    {
      auto begun = store.create_resumable(id, false, nobody);
      ASSERT_TRUE(begun) << begun.error().message();
      auto& upload = std::get<Upload>(*begun);
      ASSERT_TRUE(upload.write(bytes(whole.substr(0, 5))));
      const auto kept = upload.checkpoint();
      ASSERT_TRUE(kept) << kept.error().message();
    }
    auto again = store.append_resumable(id, nobody);
    ASSERT_TRUE(again) << again.error().message();
    auto& upload = std::get<Upload>(*again);
    EXPECT_EQ(upload.received(), 5U);
    ASSERT_TRUE(upload.write(bytes(whole.substr(5))));
    const auto done = commit(store, std::move(upload));
    EXPECT_TRUE(done) << done.error().message();
  }

  fs::LocalFileSystem inner_;
  FailingFileSystem failing_{inner_};
};

// More young files than are flushed one by one, where it is about flushing all at once.
int how_many(const Refusal& refusal) {
  return refusal.operation == Operation::flush_all ? 260 : 10;
}

TEST_P(RefusingStorage, WorksOrIsRefusedInWords) {
  FileList files;
  {
    auto opened = try_open();
    if (!GetParam().words.empty()) {
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code, errc::not_a_store);
      EXPECT_THAT(opened.error().message(), HasSubstr(GetParam().words));
      EXPECT_TRUE(files_below("jobs").empty());
      return;
    }
    ASSERT_TRUE(opened) << opened.error().message();
    for (int i = 0; i < how_many(GetParam()); ++i)
      files.add(put(**opened, content(i)), std::to_string(i));
    resume(**opened);
  }
  const auto store = open();
  std::vector<BlobStatus> statuses(files.size(), BlobStatus::unknown);
  const auto required = store->require(files, statuses);
  ASSERT_TRUE(required) << required.error().message();
  EXPECT_EQ(statuses, std::vector(files.size(), BlobStatus::stored));
  Checkouts checkouts(*store, CheckoutOptions());
  const auto plan = checkouts.validate({"a/b", files, {}});
  ASSERT_TRUE(plan);
  const auto made = checkouts.create(*plan);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(TemporaryFolder::read(below("jobs/a/b/7")), content(7));
  const auto erased = checkouts.erase(made->path);
  EXPECT_TRUE(erased) << erased.error().message();
  EXPECT_FALSE(std::filesystem::exists(below("jobs/a/b")));
}

INSTANTIATE_TEST_SUITE_P(
    EachCall, RefusingStorage,
    testing::Values(
        Refusal{"chmod_unsupported", Operation::set_mode, EOPNOTSUPP},
        Refusal{"chmod_not_permitted", Operation::set_mode, EPERM},
        Refusal{"chmod_denied", Operation::set_mode, EACCES},
        Refusal{"statfs", Operation::space, ENOSYS},
        Refusal{"statfs_unsupported", Operation::space, EOPNOTSUPP},
        Refusal{"syncfs", Operation::flush_all, EOPNOTSUPP},
        Refusal{"syncfs_missing", Operation::flush_all, ENOSYS},
        Refusal{"flock", Operation::lock, ENOLCK},
        Refusal{"flock_missing", Operation::lock, ENOSYS},
        Refusal{"rename_noreplace", Operation::rename, EINVAL, {}, true},
        Refusal{"rename_noreplace_missing", Operation::rename, ENOSYS, {}, true},
        Refusal{"rename_noreplace_unsupported", Operation::rename, EOPNOTSUPP, {}, true},
        Refusal{"fsync", Operation::flush_file, EINVAL, "fsync fails"},
        Refusal{"fsync_of_folders", Operation::flush_folder, EINVAL, "fsync fails"},
        Refusal{"utimensat", Operation::touch, EOPNOTSUPP, "utimensat fails"},
        Refusal{"utimensat_not_permitted", Operation::touch, EPERM, "utimensat fails"},
        Refusal{"symlink", Operation::make_link, EPERM, "no symbolic links"},
        Refusal{"symlink_unsupported", Operation::make_link, EOPNOTSUPP, "no symbolic links"},
        Refusal{"readlink", Operation::read_link, EOPNOTSUPP, "no symbolic links"},
        Refusal{"rename", Operation::rename, EPERM, "Operation not permitted"},
        Refusal{"unlink", Operation::remove_file, EACCES, "Permission denied"}),
    [](const auto& test) { return test.param.name; });

// A read-only file on SMB: whoever made it may not even rename it.
TEST(ReadOnlyFiles, AreNotMadeWhereTheyCannotBeRenamed) {
  fs::LocalFileSystem inner;
  FailingFileSystem failing(inner);
  bool is_read_only = false;
  failing.on_call([&](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::set_mode) is_read_only = !is_read_only;
    if (call.operation == Operation::rename && is_read_only)
      return {EACCES, boost::system::generic_category()};
    return {};
  });
  const TemporaryFolder folder;
  const auto root = failing.open_root(folder.path());
  ASSERT_TRUE(root);
  const auto traits = probe_storage(failing, *root);
  ASSERT_TRUE(traits);
  EXPECT_FALSE(traits->read_only_files);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace shaman::test
