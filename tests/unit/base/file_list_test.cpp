// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/file_list.hpp"

#include <gtest/gtest.h>

namespace shaman {
namespace {

TEST(FileList, KeepsIdsAndPathsInOrder) {
  FileList files;
  const BlobId first{Sha256::of("a"), 1};
  const BlobId second{Sha256::of("b"), 2};
  files.add(first, "tex/ä.png");
  files.add(second, "");
  files.add(first, "x\\y");
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].id, first);
  EXPECT_EQ(files[0].path, "tex/ä.png");
  EXPECT_EQ(files[1].id, second);
  EXPECT_EQ(files[1].path, "");
  EXPECT_EQ(files[2].path, "x\\y");
}

}  // namespace
}  // namespace shaman
