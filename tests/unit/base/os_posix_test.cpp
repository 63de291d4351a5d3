// SPDX-License-Identifier: GPL-3.0-or-later
// What os.hpp promises where paths start with `/`.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "shaman/os.hpp"

#include "base/named_file/named_file.hpp"
#include "temporary_folder.hpp"

namespace shaman::os {
namespace {

TEST(OsPosix, AbsoluteIsCleanedByText) {
  EXPECT_EQ(absolute("/a/./b//../c/"), "/a/c");
  EXPECT_EQ(absolute("/../.."), "/");
  EXPECT_EQ(absolute("x/.."), absolute("."));
}

TEST(OsPosix, OpensOnlyRegularFilesAndNeverHangs) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  folder.path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::symlink("fifo", folder.path("link").c_str()), 0);
  for (const auto& [path, kind] :
       {std::pair(folder.path("fifo"), "a FIFO"), std::pair(folder.path("link"), "a FIFO"),
        std::pair(folder.path("socket"), "a socket"), std::pair(folder.path(), "a folder"),
        std::pair(std::string("/dev/zero"), "a device")}) {
    for (const Error& error : {InputFile::open(path).error(), OutputFile::create(path).error()}) {
      EXPECT_EQ(error.code, errc::invalid_argument);
      EXPECT_EQ(error.message().find("\"" + path + "\" is " + kind), 0U) << error.message();
    }
  }
  ::close(socket);
  EXPECT_EQ(InputFile::open(folder.path("none")).error().code, errc::not_found);
  EXPECT_EQ(list_folder(folder.path())->size(), 3U);
}

TEST(OsPosix, ANamedFileTellsWhoMayReadIt) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("file", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const auto file = read_named_file({path, "--file"});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->ownership->mode, 0640U);
  EXPECT_EQ(file->ownership->owner, ::geteuid());
  EXPECT_EQ(file->bytes, "x");
  const auto of_kernel = read_named_file({"/proc/self/status", "--file"});
  ASSERT_TRUE(of_kernel);
  EXPECT_NE(of_kernel->bytes.find("Pid:"), std::string::npos) << "its size is said to be 0";
}

TEST(OsPosix, ListsThroughLinks) {
  const test::TemporaryFolder folder;
  folder.write("real/f", "");
  ASSERT_EQ(::symlink("real", folder.path("link").c_str()), 0);
  const auto entries = list_folder(folder.path());
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  for (const FolderEntry& entry : *entries)
    EXPECT_TRUE(entry.is_folder) << entry.name;
}

TEST(OsPosix, TheRealPathInAFolderFollowsTheLastLinkToo) {
  const test::TemporaryFolder folder;
  const std::string real = *real_path(folder.path());
  folder.write("there/f", "");
  ASSERT_EQ(::symlink("there/f", folder.path("link").c_str()), 0);
  ASSERT_EQ(::symlink("none", folder.path("broken").c_str()), 0);
  EXPECT_EQ(*real_path_in(real + "/there", "f"), real + "/there/f");
  EXPECT_EQ(*real_path_in(real, "link"), real + "/there/f");
  EXPECT_EQ(real_path_in(real, "broken").error().code, errc::not_found);
  EXPECT_EQ(real_path_in(real, "none").error().code, errc::not_found);
  EXPECT_EQ(*real_path_in("/", "tmp"), *real_path("/tmp"));
}

}  // namespace
}  // namespace shaman::os
