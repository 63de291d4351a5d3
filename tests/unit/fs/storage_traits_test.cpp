// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/storage_traits.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "shaman/fs/local.hpp"

#include "failing_file_system.hpp"
#include "temporary_folder.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;
using test::Call;
using test::Operation;

class StorageTraitsTest : public ::testing::Test {
 protected:
  fs::result<StorageTraits> probe() {
    const auto root = fs_.open_root(temporary_.path());
    return probe_storage(fs_, *root);
  }
  void fail(Operation operation, errors::errc_t error) {
    fs_.on_call([=](const Call& call) {
      return call.operation == operation ? errors::make_error_code(error)
                                         : boost::system::error_code();
    });
  }
  bool left_nothing() { return std::filesystem::is_empty(temporary_.path()); }

  test::TemporaryFolder temporary_;
  fs::LocalFileSystem local_;
  test::FailingFileSystem fs_{local_};
};

TEST_F(StorageTraitsTest, FindsWhatALocalFileSystemCanDo) {
  const auto traits = probe();
  ASSERT_TRUE(traits);
  EXPECT_TRUE(traits->symbolic_links);
  EXPECT_TRUE(traits->flush_files);
  EXPECT_TRUE(traits->flush_folders);
  EXPECT_TRUE(traits->locks);
  EXPECT_LE(traits->time_granularity, std::chrono::seconds(2));
  EXPECT_TRUE(left_nothing());
}

TEST_F(StorageTraitsTest, DoesWithoutWhatIsNotNeeded) {
  fail(Operation::make_link, errors::operation_not_permitted);
  EXPECT_FALSE(probe()->symbolic_links);
  fail(Operation::flush_folder, errors::invalid_argument);
  EXPECT_FALSE(probe()->flush_folders);
  EXPECT_TRUE(probe()->flush_files);
  fail(Operation::flush_file, errors::invalid_argument);
  EXPECT_FALSE(probe()->flush_files);
  fail(Operation::touch, errors::operation_not_permitted);
  EXPECT_FALSE(probe()->sets_times);
  fail(Operation::set_mode, errors::operation_not_supported);
  EXPECT_FALSE(probe()->read_only_files);
  fail(Operation::space, errors::function_not_supported);
  EXPECT_FALSE(probe()->tells_space);
  fail(Operation::lock, errors::no_lock_available);
  EXPECT_FALSE(probe()->locks);
  bool first = true;
  fs_.on_call([&](const Call& call) {
    const bool fails = call.operation == Operation::rename && std::exchange(first, false);
    return fails ? errors::make_error_code(errors::invalid_argument) : boost::system::error_code();
  });
  EXPECT_FALSE(probe()->rename_to_free_name);
  EXPECT_TRUE(left_nothing());
}

TEST_F(StorageTraitsTest, TellsAStorageThatHasToAskSomebody) {
  bool answers_at_once = false;
  for (int i = 0; i < 5 && !answers_at_once; ++i)  // anything may hold up a single look
    answers_at_once = probe()->answers_at_once;
  EXPECT_TRUE(answers_at_once);
  fs_.on_call([&](const Call& call) {
    if (call.operation == Operation::stat)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return boost::system::error_code();
  });
  EXPECT_FALSE(probe()->answers_at_once);
}

TEST_F(StorageTraitsTest, FailsWhereFilesCannotBeWritten) {
  for (const auto operation :
       {Operation::create_file, Operation::write, Operation::rename, Operation::stat}) {
    fail(operation, errors::permission_denied);
    const auto traits = probe();
    ASSERT_FALSE(traits);
    EXPECT_EQ(traits.error(), errors::permission_denied);
  }
}

}  // namespace
}  // namespace shaman
