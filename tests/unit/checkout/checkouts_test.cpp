// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <set>
#include <thread>

#include "shaman/checkout.hpp"

#include "checkouts_fixture.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

using test::put;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

class CheckoutsTest : public test::CheckoutsTest {
 protected:
  const BlobId scene_ = put(*store_, "scene");
  const BlobId wood_ = put(*store_, "wood");
};

TEST_F(CheckoutsTest, LinksEveryFileToItsBlob) {
  EXPECT_EQ(created("film/shot 1", {{"scene.blend", scene_},
                                    {"textures/wood.png", wood_},
                                    {"textures\\win\\wood.png", wood_},
                                    {"a/b/c/d.png", wood_}}),
            "film/shot 1");
  EXPECT_EQ(read("film/shot 1/scene.blend"), "scene");
  EXPECT_EQ(read("film/shot 1/textures/wood.png"), "wood");
  EXPECT_EQ(read("film/shot 1/textures/win/wood.png"), "wood");
  EXPECT_EQ(read("film/shot 1/a/b/c/d.png"), "wood");
  EXPECT_TRUE(files_below(".shaman/staging").empty());
  EXPECT_THAT(read("film/shot 1/.shaman-checkout"), HasSubstr("\"path\":\"a/b/c/d.png\""));
}

TEST_F(CheckoutsTest, LinksAreRelativeAndSurviveAMoveOfTheStorage) {
  created("deep/er/film", {{"scene.blend", scene_}, {"a/b/wood.png", wood_}});
  const auto text = std::filesystem::read_symlink(below("jobs/deep/er/film/a/b/wood.png"));
  EXPECT_EQ(text.string().substr(0, 36), "../../../../../../file-store/stored/");
  std::filesystem::rename(root(), folder_.path("moved"));
  EXPECT_EQ(test::TemporaryFolder::read(folder_.path("moved/jobs/deep/er/film/a/b/wood.png")),
            "wood");
  std::filesystem::rename(folder_.path("moved"), root());
}

TEST_F(CheckoutsTest, MayHoldNoFiles) {
  EXPECT_EQ(created("empty", {}), "empty");
  EXPECT_EQ(read("empty/.shaman-checkout"), "[\n]\n");
}

TEST_F(CheckoutsTest, EqualCheckoutsShareTheirManifest) {
  created("one", {{"scene.blend", scene_}, {"wood.png", wood_}});
  created("two", {{"wood.png", wood_}, {"scene.blend", scene_}});
  EXPECT_EQ(std::filesystem::read_symlink(below("jobs/one/.shaman-checkout")),
            std::filesystem::read_symlink(below("jobs/two/.shaman-checkout")));
}

TEST_F(CheckoutsTest, TheManifestIsAStoredBlob) {
  created("film", {{"scene.blend", scene_}});
  const std::string manifest = read("film/.shaman-checkout");
  EXPECT_EQ(store_->status(test::id_of(manifest)).value(), BlobStatus::stored);
}

TEST_F(CheckoutsTest, AnswersThePathThatItGot) {
  EXPECT_EQ(created("Shot 1: take 2", {{"x", scene_}}), "Shot 1_ take 2");
  EXPECT_EQ(created(".", {{"x", scene_}}), "unnamed");
}

TEST_F(CheckoutsTest, ATakenNameGetsASuffix) {
  EXPECT_EQ(created("film", {{"x", scene_}}), "film");
  EXPECT_THAT(created("film", {{"x", wood_}}), MatchesRegex("film-[a-z0-9]{4}"));
  EXPECT_EQ(read("film/x"), "scene");
}

TEST_F(CheckoutsTest, ANameOf250BytesCanHaveASuffix) {
  const std::string name(250, 'n');
  EXPECT_EQ(created(name, {{"x", scene_}}), name);
  EXPECT_EQ(created(name, {{"x", scene_}}).size(), 255U);
}

TEST_F(CheckoutsTest, NeverLandsInAnotherCheckout) {
  EXPECT_EQ(created("film", {{"x", scene_}}), "film");
  const std::string inside = created("film/shot1", {{"x", wood_}});
  EXPECT_THAT(inside, MatchesRegex("film-[a-z0-9]{4}/shot1"));
  EXPECT_EQ(read(inside + "/x"), "wood");
  EXPECT_FALSE(std::filesystem::exists(below("jobs/film/shot1")));
  EXPECT_EQ(created("a/b", {{"x", scene_}}), "a/b");
  EXPECT_THAT(created("a/b/c/d", {{"x", wood_}}), MatchesRegex("a/b-[a-z0-9]{4}/c/d"));
}

TEST_F(CheckoutsTest, AFolderOfOtherCheckoutsIsSimplyTaken) {
  EXPECT_EQ(created("film/shot1", {{"x", scene_}}), "film/shot1");
  EXPECT_THAT(created("film", {{"x", wood_}}), MatchesRegex("film-[a-z0-9]{4}"));
  EXPECT_EQ(created("film/shot2", {{"x", scene_}}), "film/shot2");
}

TEST_F(CheckoutsTest, AFolderThatHoldsALinkIsACheckout) {
  std::filesystem::create_directories(below("jobs/old"));
  std::filesystem::create_symlink("../" + std::string(layout::kBlobsPath) + "/" +
                                      layout::BlobPlace(scene_).folder + "/" +
                                      layout::BlobPlace(scene_).file,
                                  below("jobs/old/scene.blend"));
  EXPECT_THAT(created("old/shot", {{"x", scene_}}), MatchesRegex("old-[a-z0-9]{4}/shot"));
}

TEST_F(CheckoutsTest, AnEmptyFolderIsSomebodys) {
  std::filesystem::create_directories(below("jobs/film"));
  EXPECT_THAT(created("film", {{"x", scene_}}), MatchesRegex("film-[a-z0-9]{4}"));
  EXPECT_TRUE(std::filesystem::is_empty(below("jobs/film")));
  EXPECT_EQ(created("film/shot", {{"x", scene_}}), "film/shot");
}

TEST_F(CheckoutsTest, AFileInTheWayIsTaken) {
  folder_.write("store/jobs/film", "a file");
  EXPECT_THAT(created("film", {{"x", scene_}}), MatchesRegex("film-[a-z0-9]{4}"));
  EXPECT_THAT(created("film/shot", {{"x", scene_}}), MatchesRegex("film-[a-z0-9]{4}/shot"));
  EXPECT_EQ(read("film"), "a file");
}

TEST_F(CheckoutsTest, LinksPlantedAmongTheJobsLeadNowhere) {
  std::filesystem::create_directories(folder_.path("outside"));
  for (const std::string& target : {folder_.path("outside"), std::string("../../outside"),
                                    std::string("../file-store"), std::string("nowhere")}) {
    std::filesystem::remove_all(below("jobs/link"));
    std::filesystem::create_symlink(target, below("jobs/link"));
    EXPECT_THAT(created("link", {{"x", scene_}}), MatchesRegex("link-[a-z0-9]{4}"));
    EXPECT_THAT(created("link/a", {{"x", scene_}}), MatchesRegex("link-[a-z0-9]{4}/a"));
    EXPECT_THAT(created("link/a/b", {{"x", scene_}}), MatchesRegex("link-[a-z0-9]{4}/a/b"));
    EXPECT_EQ(std::filesystem::read_symlink(below("jobs/link")), target);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("outside")));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(below("file-store")), {}), 1);
}

TEST_F(CheckoutsTest, NamesWhatIsMissing) {
  const BlobId gone = test::id_of("never uploaded");
  const auto made = create("a/film", {{"scene.blend", scene_}, {"tex/gone.png", gone}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::blobs_missing);
  EXPECT_THAT(made.error().message(), HasSubstr("1 of 2 files is not stored"));
  EXPECT_THAT(made.error().message(),
              HasSubstr("tex/gone.png (" + gone.digest.hex().substr(0, 12)));
  EXPECT_TRUE(jobs().empty());

  Files many;
  for (int i = 0; i < 100; ++i)
    many.emplace_back("f" + std::to_string(i), test::id_of("no " + std::to_string(i)));
  const auto message = create("film", many).error().message();
  EXPECT_THAT(message, HasSubstr("100 of 100 files are not stored"));
  EXPECT_LT(message.size(), 400U);
}

TEST_F(CheckoutsTest, LooksAtEveryBlobWhateverItRemembers) {
  FileList files;
  files.add(scene_, "x");
  std::vector<BlobStatus> statuses(1);
  ASSERT_TRUE(store_->require(files, statuses));
  std::filesystem::remove(blob_path(scene_));
  EXPECT_EQ(create("film", {{"x", scene_}}).error().code, errc::blobs_missing);
  ASSERT_TRUE(store_->require(files, statuses));
  EXPECT_EQ(statuses[0], BlobStatus::unknown) << "so that it is uploaded again";
}

TEST_F(CheckoutsTest, MarksItsBlobs) {
  std::filesystem::last_write_time(
      blob_path(scene_), std::filesystem::file_time_type::clock::now() - std::chrono::hours(1000));
  created("film", {{"x", scene_}});
  EXPECT_GT(std::filesystem::last_write_time(blob_path(scene_)),
            std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1));
}

TEST_F(CheckoutsTest, RefusesBeforeAnythingIsTouched) {
  for (const char* path : {"../escape", "/abs", "a/../b", ""}) {
    EXPECT_EQ(create(path, {{"x", scene_}}).error().code, errc::unsafe_path) << path;
    EXPECT_EQ(create("film", {{path, scene_}}).error().code, errc::unsafe_path) << path;
  }
  EXPECT_EQ(create("film", {{"x", scene_}, {"x", wood_}}).error().code, errc::conflicting_paths);
  EXPECT_TRUE(jobs().empty());
}

TEST_F(CheckoutsTest, TellsWhatIsBeingUploaded) {
  const BlobId coming = test::id_of("coming");
  const BlobId never = test::id_of("never");
  const auto plan = checkouts_->validate(
      request("film", {{"a", scene_}, {"b", coming}, {"c", coming}, {"d", never}}));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(checkouts_->being_uploaded(*plan).value().empty());
  const Upload upload = test::begin(*store_, coming);
  EXPECT_THAT(checkouts_->being_uploaded(*plan).value(), ElementsAre(coming));
}

TEST_F(CheckoutsTest, ARepeatedRequestIsNotATwin) {
  const std::string first = created("film", {{"x", scene_}}, "key");
  EXPECT_EQ(created("film", {{"x", scene_}}, "key"), first);
  EXPECT_NE(created("film", {{"x", scene_}}, "other key"), first);
  EXPECT_NE(created("film", {{"x", wood_}}, "key"), first);
  EXPECT_EQ(created("film2", {{"x", scene_}}, "key"), "film2");
  EXPECT_NE(created("film", {{"x", scene_}}), first);
  failing_.advance_clock(std::chrono::minutes(11));
  EXPECT_NE(created("film", {{"x", scene_}}, "key"), first);
}

TEST_F(CheckoutsTest, ARepeatedRequestAfterAFailureIsTriedAgain) {
  const BlobId late = test::id_of("late");
  EXPECT_EQ(create("film", {{"x", late}}, "key").error().code, errc::blobs_missing);
  put(*store_, "late");
  EXPECT_EQ(created("film", {{"x", late}}, "key"), "film");
}

TEST_F(CheckoutsTest, ManyAtOnceGetNamesOfTheirOwn) {
  std::vector<std::string> paths(16);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    threads.emplace_back([&, i] {
      // Every other one right where the rest want to have their folder.
      paths[i] = created(i % 2 == 0 ? "film" : "film/shot", {{"x", scene_}, {"y/z", wood_}});
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(std::set(paths.begin(), paths.end()).size(), paths.size());
  for (const std::string& path : paths) {
    EXPECT_EQ(read(path + "/x"), "scene") << path;
    EXPECT_EQ(read(path + "/y/z"), "wood") << path;
  }
}

TEST_F(CheckoutsTest, ThousandsOfFilesInManyFolders) {
  Files files;
  for (int i = 0; i < 3000; ++i)
    files.emplace_back("d" + std::to_string(i % 70) + "/e/f" + std::to_string(i), wood_);
  for (int i = 0; i < 2000; ++i)
    files.emplace_back("flat/f" + std::to_string(i), scene_);
  created("big", files);
  EXPECT_EQ(files_below("jobs/big").size(), 5002U) << "and the manifest, and the identity";
  for (const auto& [path, id] : files)
    ASSERT_EQ(std::filesystem::file_size(below("jobs/big/" + path)), id.size) << path;
}

}  // namespace
}  // namespace shaman
