// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/named_file/named_file.hpp"

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman {
namespace {

TEST(NamedFile, IsReadWholeWithWhatTheOpenFileSaysOfItself) {
  const test::TemporaryFolder folder;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{64} * 1024, std::size_t{200'001}}) {
    const std::string content(size, 'x');
    const auto read = read_named_file({folder.write("file", content), "--file"});
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->bytes, content);
    EXPECT_EQ(read->info.size, size);
  }
}

TEST(NamedFile, ErrorsNameTheOptionAndTheFile) {
  const test::TemporaryFolder folder;
  const auto none = read_named_file({folder.path("none"), "tls.key"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::not_found);
  EXPECT_EQ(none.error().message().find("tls.key: cannot open \"" + folder.path("none") + "\": "),
            0U);
  const auto as_folder = read_named_file({folder.path(), "SHAMAN_CA"});
  ASSERT_FALSE(as_folder);
  EXPECT_EQ(as_folder.error().code, errc::invalid_argument);
  EXPECT_EQ(as_folder.error().message(),
            "SHAMAN_CA: \"" + folder.path() + "\" is a folder, but must be a regular file");
}

TEST(NamedFile, IsNoLargerThanAllowed) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("file", "12345");
  EXPECT_TRUE(read_named_file({path, "--file", 5}));
  const auto large = read_named_file({path, "--file", 4});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, errc::too_large);
  EXPECT_NE(large.error().message().find(path), std::string::npos);
}

TEST(NamedFile, OutputIsCheckedWithoutLeavingATrace) {
  const test::TemporaryFolder folder;
  const std::string kept = folder.write("kept", "kept");
  EXPECT_TRUE(check_output_file({folder.path("new"), "port-file"}));
  EXPECT_TRUE(check_output_file({kept, "port-file"}));
  EXPECT_EQ(test::TemporaryFolder::read(kept), "kept");
  EXPECT_EQ(os::list_folder(folder.path())->size(), 1U);

  const auto as_folder = check_output_file({folder.path(), "port-file"});
  ASSERT_FALSE(as_folder);
  EXPECT_NE(as_folder.error().message().find("port-file: "), std::string::npos);
  EXPECT_FALSE(check_output_file({folder.path("none/port"), "port-file"}));
  EXPECT_FALSE(os::info(folder.path("none")));
}

}  // namespace
}  // namespace shaman
