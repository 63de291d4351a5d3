// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/pack/write.hpp"

#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include "blend_forms.hpp"
#include "temporary_folder.hpp"

namespace shaman::pack {
namespace {

using shaman::test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WritePack : public ::testing::Test {
 protected:
  WritePack() {
    blend = test::blend_like(2'500'000);
    test::put_field(blend, 1000, 1024, "/o/wall.png");
    plan.blendfile_place = "shots/scene.blend";
    plan.files = {
        {folder.write("o/wall.png", picture), "_outside_project/wall.png", {}, true},
        {folder.write("proj/notes \u00fc.txt", notes), "notes \u00fc.txt", {}, false},
        {folder.write("proj/shots/scene.blend", blend),
         "shots/scene.blend",
         {{1000, 1024, "//../_outside_project/wall.png", "/o/wall.png"}},
         false},
    };
  }

  [[nodiscard]] std::string rewritten_blend() const {
    std::string wanted = blend;
    test::put_field(wanted, 1000, 1024, "//../_outside_project/wall.png");
    return wanted;
  }
  [[nodiscard]] std::string packed(const std::string& place) const {
    return TemporaryFolder::read(folder.path("pack/" + place));
  }

  // Sorted.
  [[nodiscard]] static std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(TemporaryFolder::path_of(path)))
      names.push_back(reinterpret_cast<const char*>(entry.path().filename().u8string().c_str()));
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder;
  std::string blend;
  std::string picture = test::blend_like(40'000);
  std::string notes = std::string(30'000, 'n');
  Plan plan;
};

TEST_F(WritePack, NamesAsLongAsTheDiskTakes) {
  const std::string name = std::string(251, 't') + ".png";
  plan.files[0] = {folder.write("o/wall.png", picture), name, {}, false};
  plan.files[2].place = std::string(249, 's') + ".blend";
  const auto report = write_pack(plan, folder.path("pack"));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(packed(name), picture);
  const std::string archive = std::string(251, 'z') + ".zip";
  const auto zipped = write_pack(plan, folder.path(archive));
  ASSERT_TRUE(zipped) << zipped.error().message();
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"o", "pack", "proj", archive}));
}

TEST_F(WritePack, LeavesNothingOfAFolderThatFailed) {
  plan.files[2].patches[0].expected = "another path";
  EXPECT_FALSE(write_pack(plan, folder.path("new/pack")));
  EXPECT_FALSE(std::filesystem::exists(TemporaryFolder::path_of(folder.path("new"))));

  // What was there stays, and is told where it is no longer what it was.
  folder.write("pack/notes \u00fc.txt", "old");
  folder.write("pack/other.txt", "mine");
  WriteOptions force;
  force.force = true;
  const auto failed = write_pack(plan, folder.path("pack"), force);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("1 file of the folder was replaced"));
  EXPECT_EQ(names_in(folder.path("pack")),
            (std::vector<std::string>{"notes \u00fc.txt", "other.txt"}));
}

TEST_F(WritePack, LeavesNothingOfAFolderThatWasCancelled) {
  std::stop_source source;
  WriteOptions options;
  options.stop = source.get_token();
  options.progress = [&](std::size_t files) {
    if (files == 2) source.request_stop();
  };
  const auto cancelled = write_pack(plan, folder.path("pack"), options);
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, errc::cancelled);
  EXPECT_FALSE(std::filesystem::exists(TemporaryFolder::path_of(folder.path("pack"))));
}

TEST_F(WritePack, IsStoppedInTheMiddleOfAFile) {
  for (const char* target : {"pack", "pack.zip"}) {
    std::stop_source source;
    source.request_stop();
    WriteOptions options;
    options.stop = source.get_token();
    bool has_written = false;
    options.progress = [&](std::size_t) { has_written = true; };
    const auto stopped = write_pack(plan, folder.path(target), options);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, errc::cancelled);
    EXPECT_FALSE(has_written);
    EXPECT_FALSE(std::filesystem::exists(folder.path(target)));
  }
}

TEST_F(WritePack, SaysWhatIsInTheWayOfTheTarget) {
  folder.write("file", "x");
  for (const char* target : {"file/pack", "file/deep/pack", "file/pack.zip"}) {
    const auto failed = write_pack(plan, folder.path(target));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, errc::conflicting_paths) << failed.error().message();
    EXPECT_THAT(failed.error().message(), HasSubstr("file\" is a file, but must be a folder"));
  }
  std::filesystem::create_directories(TemporaryFolder::path_of(folder.path("taken.zip")));
  WriteOptions force;
  force.force = true;
  const auto failed = write_pack(plan, folder.path("taken.zip"), force);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, errc::conflicting_paths);
  EXPECT_THAT(failed.error().message(), HasSubstr("taken.zip\" is a folder"));
}

TEST_F(WritePack, IntoAFolder) {
  const auto report = write_pack(plan, folder.path("pack"));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->files, 3U);
  EXPECT_EQ(report->bytes, blend.size() + picture.size() + notes.size());
  EXPECT_EQ(packed("_outside_project/wall.png"), picture);
  EXPECT_EQ(packed("notes \u00fc.txt"), notes);
  EXPECT_TRUE(packed("shots/scene.blend") == rewritten_blend());
  EXPECT_THAT(packed("pack-info.txt"), HasSubstr("    shots/scene.blend\n"));
}

TEST_F(WritePack, IntoAnEmptyFolderUnlessForced) {
  folder.write("pack/there", "");
  const auto refused = write_pack(plan, folder.path("pack"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::conflicting_paths);
  EXPECT_FALSE(std::filesystem::exists(folder.path("pack/pack-info.txt")));
  WriteOptions force;
  force.force = true;
  EXPECT_TRUE(write_pack(plan, folder.path("pack"), force));
  EXPECT_EQ(write_pack(plan, folder.path("pack/there"), force).error().code,
            errc::conflicting_paths);
}

TEST_F(WritePack, NeverOverTheProjectItself) {
  WriteOptions force;
  force.force = true;
  const auto refused = write_pack(plan, folder.path("proj"), force);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::conflicting_paths);
  EXPECT_TRUE(TemporaryFolder::read(folder.path("proj/shots/scene.blend")) == blend);
  EXPECT_EQ(TemporaryFolder::read(folder.path("proj/notes \u00fc.txt")), notes);
}

TEST_F(WritePack, InfoGivesWayToAFileOfItsName) {
  plan.files.push_back({folder.write("proj/Pack-Info.TXT", "mine"), "Pack-Info.TXT", {}, false});
  ASSERT_TRUE(write_pack(plan, folder.path("pack")));
  EXPECT_EQ(packed("Pack-Info.TXT"), "mine");
  EXPECT_THAT(packed("shaman-pack-info.txt"), HasSubstr("scene.blend"));
}

TEST_F(WritePack, CompressedBlendFilesAreBlendersZstd) {
  WriteOptions compress;
  compress.compress = true;
  ASSERT_TRUE(write_pack(plan, folder.path("pack"), compress));
  const std::string file = packed("shots/scene.blend");
  EXPECT_LT(file.size(), blend.size());
  EXPECT_TRUE(test::content_of(file) == rewritten_blend());
  EXPECT_EQ(file.substr(file.size() - 4), test::little_endian(0x8F92EAB1, 4));
  // It can be rewritten in its turn: the seek table is right.
  const auto again = test::rewritten(folder.path("pack/shots/scene.blend"),
                                     {{1000, 1024, "//x", "//../_outside_project/wall.png"}});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(packed("notes \u00fc.txt"), notes);
}

TEST_F(WritePack, CompressLeavesCompressedOnesAlone) {
  const std::string gzip = test::gzip(blend);
  const std::string tiny = "BLE";
  plan.files = {{folder.write("a.blend", gzip), "a.blend", {}, false},
                {folder.write("b.blend", tiny), "b.blend", {}, false}};
  WriteOptions compress;
  compress.compress = true;
  ASSERT_TRUE(write_pack(plan, folder.path("pack"), compress));
  EXPECT_TRUE(packed("a.blend") == gzip);
  EXPECT_EQ(packed("b.blend"), tiny);
}

TEST_F(WritePack, CanBeStopped) {
  for (const char* target : {"pack", "pack.zip"}) {
    std::stop_source source;
    WriteOptions stop;
    stop.stop = source.get_token();
    stop.progress = [&](std::size_t files) {
      if (files == 2) source.request_stop();
    };
    const auto stopped = write_pack(plan, folder.path(target), stop);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, errc::cancelled);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path("pack.zip")));
}

struct Entry {
  std::string content;
  bool stored;
};

std::map<std::string, Entry> unzip(const std::string& path) {
  int code = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (archive == nullptr) throw std::runtime_error("no archive: " + std::to_string(code));
  std::map<std::string, Entry> entries;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t status;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &status);
    std::string content(static_cast<std::size_t>(status.size), '\0');
    zip_file_t* const file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    EXPECT_EQ(zip_fread(file, content.data(), content.size()),
              static_cast<zip_int64_t>(content.size()));
    EXPECT_EQ(zip_fclose(file), 0);
    entries[status.name] = {content, status.comp_method == ZIP_CM_STORE};
  }
  zip_discard(archive);
  return entries;
}

TEST_F(WritePack, IntoAnArchive) {
  const auto report = write_pack(plan, folder.path("z/pack.zip"));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->files, 3U);
  const auto entries = unzip(folder.path("z/pack.zip"));
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries.at("_outside_project/wall.png").content, picture);
  EXPECT_TRUE(entries.at("_outside_project/wall.png").stored);
  EXPECT_EQ(entries.at("notes \u00fc.txt").content, notes);
  EXPECT_FALSE(entries.at("notes \u00fc.txt").stored);
  EXPECT_TRUE(entries.at("shots/scene.blend").content == rewritten_blend());
  EXPECT_FALSE(entries.at("shots/scene.blend").stored);
  EXPECT_THAT(entries.at("pack-info.txt").content, HasSubstr("shots/scene.blend"));
  EXPECT_THAT(names_in(folder.path("z")), ElementsAre("pack.zip"));
}

TEST_F(WritePack, TheSameArchiveTwice) {
  ASSERT_TRUE(write_pack(plan, folder.path("1.zip")));
  std::filesystem::last_write_time(
      plan.files[0].source,
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(1000));
  ASSERT_TRUE(write_pack(plan, folder.path("2.zip")));
  EXPECT_TRUE(TemporaryFolder::read(folder.path("1.zip")) ==
              TemporaryFolder::read(folder.path("2.zip")));
}

TEST_F(WritePack, CompressedBlendsAreStoredInAnArchive) {
  WriteOptions compress;
  compress.compress = true;
  ASSERT_TRUE(write_pack(plan, folder.path("pack.zip"), compress));
  const auto entries = unzip(folder.path("pack.zip"));
  EXPECT_TRUE(entries.at("shots/scene.blend").stored);
  EXPECT_TRUE(test::content_of(entries.at("shots/scene.blend").content) == rewritten_blend());
}

TEST_F(WritePack, AnArchiveIsReplacedOnlyWhenForced) {
  folder.write("pack.zip", "precious");
  EXPECT_EQ(write_pack(plan, folder.path("pack.zip")).error().code, errc::conflicting_paths);
  EXPECT_EQ(TemporaryFolder::read(folder.path("pack.zip")), "precious");
  WriteOptions force;
  force.force = true;
  EXPECT_TRUE(write_pack(plan, folder.path("pack.zip"), force));
  EXPECT_EQ(unzip(folder.path("pack.zip")).size(), 4U);
}

TEST_F(WritePack, AFailureLeavesNoArchive) {
  plan.files[2].patches[0].expected = "/o/other.png";
  const auto changed = write_pack(plan, folder.path("z/pack.zip"));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, errc::changed_while_read);
  EXPECT_THAT(names_in(folder.path("z")), ::testing::IsEmpty());
}

TEST_F(WritePack, AFileThatIsGoneIsLeftOutAndReported) {
  std::filesystem::remove(plan.files[0].source);
  const auto written = write_pack(plan, folder.path("z/pack.zip"));
  ASSERT_TRUE(written) << written.error().message();
  EXPECT_EQ(written->unreadable.count(plan.files[0].source), 1U);
}

}  // namespace
}  // namespace shaman::pack
