// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/blend/blend_file.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blend_encode.hpp"
#include "temporary_folder.hpp"

namespace shaman::blend {
namespace {

using test::BlendBuilder;
using test::BlendForm;
using testing::ElementsAre;

const std::vector<BlendForm> kForms{{8, false, false}, {8, true, false}, {4, false, false},
                                    {4, true, false},  {8, false, true}, {8, true, true}};

// Two objects with lists of modifiers, an array of pointers, a text.
struct Fixture {
  BlendBuilder builder;
  std::uint64_t cube;
  std::uint64_t ball;

  Fixture() {
    builder.define(
        "Modifier",
        {{"Modifier", "*next"}, {"Modifier", "*prev"}, {"int", "value"}, {"float", "strength"}});
    builder.define("Inner", {{"short", "a"}, {"char", "b"}, {"char", "_pad[5]"}});
    builder.define("Object", {{"ID", "id"},
                              {"ListBase", "modifiers"},
                              {"Inner", "pair[2]"},
                              {"ID", "**mat"},
                              {"char", "*text"},
                              {"void", "(*draw)()"},
                              {"uint64_t", "big"},
                              {"double", "real"},
                              {"int64_t", "co[2][3]"},
                              {"char", "file[32]"}});
    cube = builder.add_id("OB", "Object", "OBCube");
    builder.set(cube, "pair.a", 0xFFFE);
    builder.set(cube, "big", 0x1122334455667788);
    builder.set(cube, "file", "//wall.png");
    const std::uint64_t first = builder.add("DATA", "Modifier");
    const std::uint64_t second = builder.add("DATA", "Modifier");
    builder.set(first, "value", 11);
    builder.set(second, "value", 22);
    builder.set_list(cube, "modifiers", {first, second});
    ball = builder.add_id("OB", "Object", "OBBall");
    const std::uint64_t pointers[3] = {cube, 0, ball};
    const std::uint64_t array =
        builder.add_raw(std::string(reinterpret_cast<const char*>(pointers), sizeof pointers));
    builder.set(ball, "mat", array);
    builder.set(ball, "text", builder.add_raw(std::string("hello\0rest", 10)));
  }
};

result<BlendFile> open(const test::TemporaryFolder& folder, const std::string& bytes) {
  return BlendFile::open(folder.write("a.blend", bytes));
}

TEST(BlendFile, ReadsFieldsByNameInEveryForm) {
  const test::TemporaryFolder folder;
  for (const BlendForm& form : kForms) {
    SCOPED_TRACE(std::to_string(form.pointer_size) + (form.big_endian ? " big" : " little"));
    Fixture fixture;
    const std::string bytes = test::encode(fixture.builder.model(), form);
    result<BlendFile> file = open(folder, bytes);
    ASSERT_TRUE(file) << file.error().message();
    ASSERT_EQ(file->blocks().size(), 8U);
    const std::optional<Record> cube = file->load(0);
    ASSERT_TRUE(cube);
    EXPECT_EQ(cube->type().name, "Object");
    EXPECT_EQ(cube->text("id.name"), "OBCube");
    EXPECT_EQ(cube->integer("pair.a"), -2);
    EXPECT_EQ(cube->integer("big"), 0x1122334455667788);
    EXPECT_EQ(cube->integer("no such field", 5), 5);
    EXPECT_EQ(cube->integer("modifiers.first", 6), 6);
    EXPECT_EQ(cube->text("file"), "//wall.png");
    EXPECT_EQ(cube->place("file")->capacity, 32U);
    EXPECT_EQ(bytes.substr(cube->place("file")->offset, 11), std::string("//wall.png\0", 11));

    const Scope scope = file->blocks().scope_of(0);
    EXPECT_EQ(scope.end, 3U);
    std::vector<std::int64_t> values;
    for (const Record& modifier : file->list(*cube, "modifiers", scope))
      values.push_back(modifier.integer("value"));
    EXPECT_THAT(values, ElementsAre(11, 22));
  }
}

TEST(BlendFile, FollowsPointersAndPointersToPointers) {
  const test::TemporaryFolder folder;
  for (const BlendForm& form : kForms) {
    Fixture fixture;
    result<BlendFile> file = open(folder, test::encode(fixture.builder.model(), form));
    ASSERT_TRUE(file);
    const std::optional<Record> ball = file->load(3);
    const Scope scope = file->blocks().scope_of(3);
    std::vector<std::string> names;
    file->for_each_pointer(file->blocks().find(ball->pointer("mat"), scope),
                           [&](std::uint64_t pointer) {
                             const auto target = file->follow(pointer, scope);
                             names.push_back(target ? target->text("id.name") : "null");
                           });
    EXPECT_THAT(names, ElementsAre("OBCube", "null", "OBBall"));
    const auto text = file->text(ball->pointer("text"), scope);
    ASSERT_TRUE(text);
    EXPECT_EQ(text->bytes, "hello");
    EXPECT_EQ(text->place.capacity, 10U);
  }
}

TEST(BlendFile, LeavesOtherDataBlocksOwnDataAlone) {
  // The first modifier of the cube, seen from the ball: an address that was used again.
  const test::TemporaryFolder folder;
  Fixture fixture;
  fixture.builder.set(fixture.ball, "modifiers.first",
                      fixture.builder.model().blocks[1].old_pointer);
  result<BlendFile> file = open(folder, test::encode(fixture.builder.model()));
  ASSERT_TRUE(file);
  const std::optional<Record> ball = file->load(3);
  EXPECT_TRUE(file->list(*ball, "modifiers", file->blocks().scope_of(3)).empty());
}

TEST(BlendFile, EndsListsThatRunInCirclesOrIntoNothing) {
  const test::TemporaryFolder folder;
  Fixture fixture;
  auto& blocks = fixture.builder.model().blocks;
  fixture.builder.set(blocks[2].old_pointer, "next", blocks[1].old_pointer);
  result<BlendFile> circle = open(folder, test::encode(fixture.builder.model()));
  EXPECT_EQ(circle->list(*circle->load(0), "modifiers", circle->blocks().scope_of(0)).size(), 2U);

  fixture.builder.set(blocks[2].old_pointer, "next", 0xDEADBEEF);
  result<BlendFile> dangling = open(folder, test::encode(fixture.builder.model()));
  EXPECT_EQ(dangling->list(*dangling->load(0), "modifiers", dangling->blocks().scope_of(0)).size(),
            2U);
}

TEST(BlendFile, SaysWhereAFileIsCutOff) {
  const test::TemporaryFolder folder;
  Fixture fixture;
  const std::string bytes = test::encode(fixture.builder.model());
  for (std::size_t size = 0; size < bytes.size() - 24; ++size) {
    const result<BlendFile> file = open(folder, bytes.substr(0, size));
    ASSERT_FALSE(file) << size;
    EXPECT_EQ(file.error().code, errc::damaged_file);
    // Of fewer bytes than "BLENDER" nobody can say that they were to be one.
    const char* const told = size == 0  ? "a.blend\" is empty"
                             : size < 7 ? "a.blend\" is not a .blend file"
                                        : "a.blend\" ends too early, at byte ";
    EXPECT_NE(file.error().detail.find(told), std::string::npos);
  }
}

TEST(BlendFile, NeedsAnSdna) {
  const test::TemporaryFolder folder;
  const std::string end = std::string("ENDB") + std::string(20, '\0');
  const result<BlendFile> file = open(folder, "BLENDER-v304" + end);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().detail.find("DNA1"), std::string::npos);
}

TEST(BlendFile, RefusesBlocksOfNegativeLength) {
  const test::TemporaryFolder folder;
  std::string bytes = test::encode(Fixture().builder.model());
  bytes.replace(12 + 4, 4, "\xff\xff\xff\xff");
  const result<BlendFile> file = open(folder, bytes);
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().detail.find("damaged at byte 16"), std::string::npos);
}

}  // namespace
}  // namespace shaman::blend
