// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/store.hpp"

#include <sys/stat.h>

#include "store_fixture.hpp"

namespace shaman {
namespace {

using test::begin;
using test::bytes;
using test::commit;
using test::id_of;

class StoreTest : public test::StoreTest {};

TEST_F(StoreTest, KeepsWhatIsUploaded) {
  const auto store = open();
  const BlobId id = id_of("a texture");
  EXPECT_EQ(store->status(id).value(), BlobStatus::unknown);
  Upload upload = begin(*store, id);
  EXPECT_EQ(store->status(id).value(), BlobStatus::uploading);
  EXPECT_EQ(store->uploads_under_way(), 1U);
  ASSERT_TRUE(upload.write(bytes("a te")));
  ASSERT_TRUE(upload.write(bytes("xture")));
  EXPECT_EQ(upload.received(), 9U);
  EXPECT_EQ(store->upload_progress(id), 9U);
  ASSERT_TRUE(commit(*store, std::move(upload)));

  EXPECT_EQ(store->status(id).value(), BlobStatus::stored);
  EXPECT_EQ(store->uploads_under_way(), 0U);
  EXPECT_EQ(test::TemporaryFolder::read(blob_path(id)), "a texture");
  struct stat found {};
  ASSERT_EQ(::stat(blob_path(id).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0444U);
  EXPECT_TRUE(files_below(".shaman/uploading").empty());
  auto again = store->begin_upload(id, false);
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::holds_alternative<AlreadyStored>(*again));
}

}  // namespace
}  // namespace shaman
