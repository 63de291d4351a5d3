// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/calls/uploads/intake.hpp"

#include <filesystem>
#include <fstream>

#include "failing_file_system.hpp"
#include "store_fixture.hpp"

namespace shaman::test {
namespace {

constexpr std::size_t kBytes = std::size_t{3} << 20U;

// On a disk that cannot share blocks, where a file can change while it is copied.
class IntakeTest : public StoreTest {
 protected:
  IntakeTest() : StoreTest(&failing_) {
    failing_.on_call([](const Call& call) {
      return call.operation == Operation::clone
                 ? boost::system::errc::make_error_code(boost::system::errc::cross_device_link)
                 : boost::system::error_code();
    });
    path_ = folder_.write("outside/a", content_);
    store_ = open();
    upload_ = std::make_shared<Upload>(begin(*store_, id_of(content_)));
  }

  http::Intake intake() {
    return {upload_, *store_->open_outside(folder_.path("outside"), "a"),
            protocol::IngestChallenge(Digest(), id_of(content_))};
  }
  static void take_all(http::Intake& intake) {
    while (!intake.has_ended())
      ASSERT_TRUE(intake.step());
  }
  void change(std::size_t offset) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << "changed";
  }
  Digest proof() {
    protocol::IngestProof proof(protocol::IngestChallenge(Digest(), id_of(content_)));
    proof.update(bytes(content_));
    return proof.finish();
  }

  fs::LocalFileSystem machine_;
  FailingFileSystem failing_{machine_};
  const std::string content_ = std::string(kBytes, 'x');
  std::string path_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<Upload> upload_;
};

TEST_F(IntakeTest, CopiesTheFileAndComputesTheProofFromTheCopy) {
  http::Intake taken = intake();
  take_all(taken);
  EXPECT_EQ(taken.proof(), proof());
  EXPECT_FALSE(taken.is_clone());
  EXPECT_TRUE(commit(*store_, std::move(*upload_)));
  change(5);
  EXPECT_EQ(TemporaryFolder::read(blob_path(id_of(content_))), content_);
}

TEST_F(IntakeTest, AFileThatChangesMeanwhileIsNotStored) {
  http::Intake taken = intake();
  ASSERT_TRUE(taken.step());
  change(kBytes - 100);
  take_all(taken);
  const auto committed = commit(*store_, std::move(*upload_));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, errc::content_mismatch);
  EXPECT_FALSE(std::filesystem::exists(blob_path(id_of(content_))));
}

TEST_F(IntakeTest, AFileThatBecomesShorterMeanwhileIsItsOwnError) {
  http::Intake taken = intake();
  ASSERT_TRUE(taken.step());
  std::filesystem::resize_file(path_, kBytes / 3);
  for (;;) {
    const auto step = taken.step();
    if (step) continue;
    EXPECT_EQ(step.error().code, errc::changed_while_read);
    break;
  }
  EXPECT_TRUE(taken.is_of_file());
}

}  // namespace
}  // namespace shaman::test
