// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/save_state.hpp"

#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>

#include "shaman/os.hpp"

#include "temporary_folder.hpp"

namespace shaman::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SaveStateTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  const std::string blend = folder.write("p/shot.blend", "x");
  const std::string temporary = folder.path("tmp");

  // Seconds after the .blend was saved.
  std::string write(const std::string& below, int seconds_later) {
    namespace fs = std::filesystem;
    std::string path = folder.write(below, "x");
    fs::last_write_time(test::TemporaryFolder::path_of(path),
                        fs::last_write_time(test::TemporaryFolder::path_of(blend)) +
                            std::chrono::seconds(seconds_later));
    return path;
  }
  [[nodiscard]] SaveState look(const std::vector<std::string>& libraries = {},
                               const std::vector<std::string>& files = {}) const {
    return look_at_save_state(blend, libraries, files, {temporary, folder.path("not there")});
  }
};

TEST_F(SaveStateTest, HasNoDoubtsWithoutAReason) {
  write("p/shot.blend1", -60);
  write("p/other.blend1", 60);
  write("tmp/shot_12_autosave.blend", -1);
  write("tmp/shot_x_autosave.blend", 60);
  write("tmp/shot__autosave.blend", 60);
  write("tmp/shot2_12_autosave.blend", 60);
  write("tmp/quit.blend", 60);
  const SaveState state = look();
  EXPECT_THAT(state.doubts, IsEmpty());
  EXPECT_EQ(state.saved_at_ns, os::info(blend)->mtime_ns);
}

TEST_F(SaveStateTest, DoubtsWhatHasANewerAutosaveOrBackupOrIsBeingSaved) {
  write("tmp/shot_12_autosave.blend", 60);
  EXPECT_THAT(look().doubts, ElementsAre(HasSubstr("shot_12_autosave.blend")));
  write("p/shot.blend1", 60);
  EXPECT_THAT(look().doubts, SizeIs(2));
  write("p/shot.blend@", -60);
  EXPECT_THAT(look().doubts, SizeIs(3));
}

TEST_F(SaveStateTest, NamesLibrariesThatWereSavedLater) {
  const std::string older = write("p/old.blend", -60);
  const std::string newer = write("p/new.blend", 60);
  const std::string texture = write("p/wall.png", -100'000);
  EXPECT_THAT(look({older, newer, folder.path("gone.blend")}, {newer, texture}).newer_libraries,
              ElementsAre(newer));
}

TEST_F(SaveStateTest, NamesNoLibrariesOfAFreshCopy) {
  const std::string first = write("p/a.blend", -40);
  const std::string last = write("p/z.blend", 40);
  const std::string texture = write("p/wall.png", -20);
  EXPECT_THAT(look({first, last}, {first, last, texture}).newer_libraries, IsEmpty());
}

TEST_F(SaveStateTest, KnowsNothingOfWhatIsNotThere) {
  const SaveState state = look_at_save_state(folder.path("no.blend"), {}, {}, {temporary});
  EXPECT_EQ(state.saved_at_ns, 0);
  EXPECT_THAT(state.doubts, IsEmpty());
}

}  // namespace
}  // namespace shaman::client
