// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/file_bodies.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman::client {
namespace {

// In pieces of 1000 bytes, as the one who sends does: up to what was announced.
result<std::string> read_all(BodySource& body) {
  std::string text;
  std::vector<std::byte> buffer(1000);
  for (;;) {
    const result<std::size_t> read = body.read(buffer);
    if (!read) return read.error();
    text.append(reinterpret_cast<const char*>(buffer.data()), *read);
    if (*read < buffer.size()) return text;
  }
}

class BodyTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  [[nodiscard]] FileState state_of(const std::string& path) const {
    return {path, *os::info(path)};
  }
};

TEST_F(BodyTest, FileGivesItsContent) {
  const std::string content(54'321, 'c');
  const auto body = file_body(state_of(folder.write("a", content)));
  ASSERT_TRUE(body);
  EXPECT_EQ(*read_all(**body), content);
}

TEST_F(BodyTest, FileThatChangedSinceItWasHashedIsNotOpened) {
  const FileState state = state_of(folder.write("a", "before"));
  folder.write("a", "afterwards");
  EXPECT_EQ(file_body(state).error().code, errc::changed_while_read);
}

TEST_F(BodyTest, FileThatChangesWhileItIsReadIsNoticed) {
  const FileState state = state_of(folder.write("a", std::string(1500, 'a')));
  const auto body = file_body(state);
  ASSERT_TRUE(body);
  std::vector<std::byte> buffer(1000);
  ASSERT_TRUE((*body)->read(buffer));
  folder.write("a", std::string(1200, 'b'));
  EXPECT_EQ((*body)->read(std::span(buffer).first(500)).error().code, errc::changed_while_read);
}

TEST_F(BodyTest, FileThatIsSavedByANewOneWhileItIsReadIsNoticed) {
#ifdef _WIN32
  GTEST_SKIP() << "Windows does not let a file that is open be replaced by a rename";
#endif
  const FileState state = state_of(folder.write("a", std::string(1500, 'a')));
  const auto body = file_body(state);
  ASSERT_TRUE(body);
  std::vector<std::byte> buffer(1000);
  ASSERT_TRUE((*body)->read(buffer));
  std::filesystem::rename(folder.write("new", std::string(1400, 'b')), folder.path("a"));
  EXPECT_EQ((*body)->read(std::span(buffer).first(500)).error().code, errc::changed_while_read);
}

TEST_F(BodyTest, FileThatIsGoneWhileItIsReadIsGivenWhole) {
  const FileState state = state_of(folder.write("a", std::string(1500, 'a')));
  const auto body = file_body(state);
  ASSERT_TRUE(body);
  std::filesystem::remove(folder.path("a"));
  EXPECT_EQ(read_all(**body)->size(), 1500U);
}

TEST_F(BodyTest, RewrittenGivesThePatchedBlendAndEndsEarlyWhenAbandoned) {
  // What rewriting does is tested where it lives; a plain .blend's header is all that it looks at.
  const std::string blend = "BLENDER-v304" + std::string(5 << 20, '.');
  const FileState state = state_of(folder.write("a.blend", blend));
  const std::vector<pack::Patch> patches{{1000, 8, "//x", "........"}};
  std::string wanted = blend;
  wanted.replace(1000, 8, std::string("//x\0\0\0\0\0", 8));

  const auto body = rewritten_body(state, patches);
  ASSERT_TRUE(body);
  const result<std::string> text = read_all(**body);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(*text, wanted);
  EXPECT_TRUE(rewritten_body(state, patches));  // dropped unread
}

TEST_F(BodyTest, RewrittenOfAChangedBlendIsNoticed) {
  const FileState state = state_of(folder.write("a.blend", "BLENDER-v304 one"));
  folder.write("a.blend", "BLENDER-v304 other");
  EXPECT_EQ(rewritten_body(state, {}).error().code, errc::changed_while_read);
}

}  // namespace
}  // namespace shaman::client
