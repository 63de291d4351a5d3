// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkouts_fixture.hpp"

namespace shaman::test {
namespace {

class ErasureTest : public CheckoutsTest {
 protected:
  BlobId blob_ = put(*store_, "content");
};

TEST_F(ErasureTest, TakesOneCheckoutAndItsEmptyParents) {
  created("film/shot1", {{"a/b", blob_}});
  created("film/shot2", {{"f", blob_}});
  ASSERT_TRUE(checkouts_->erase("film/shot1"));
  EXPECT_EQ(jobs(), (std::vector<std::string>{"film", "film/shot2", "film/shot2/.shaman-checkout",
                                              "film/shot2/f"}));
  ASSERT_TRUE(checkouts_->erase("film/shot2"));
  EXPECT_TRUE(jobs().empty());
  EXPECT_TRUE(std::filesystem::exists(below("jobs")));
  EXPECT_TRUE(files_below(".shaman/staging").empty());
  EXPECT_TRUE(std::filesystem::exists(blob_path(blob_)));
}

TEST_F(ErasureTest, ALinkBesideCheckoutsMakesNoCheckoutOfTheirFolder) {
  created("film/shot1", {{"f", blob_}});
  created("film/seq/shot2", {{"f", blob_}});
  const auto to_blob = std::filesystem::read_symlink(below("jobs/film/shot1/f"));
  std::filesystem::create_symlink("shot1", below("jobs/film/latest"));
  std::filesystem::create_symlink(to_blob, below("jobs/film/planted"));
  EXPECT_FALSE(checkouts_->erase("film"));
  EXPECT_EQ(read("film/shot1/f"), "content");
  EXPECT_EQ(created("film/shot3", {{"f", blob_}}), "film/shot3");
  EXPECT_TRUE(checkouts_->erase("film/shot1"));
  EXPECT_EQ(read("film/seq/shot2/f"), "content");
}

class MakersTest : public CheckoutsTest {
 protected:
  std::string made_by(const Requester& maker, std::string path) {
    auto asked = request(std::move(path), {{"f", blob_}});
    asked.requester = maker;
    asked.requester.knows_all = true;  // of the blob, which this is not about
    const auto made = checkouts_->create(*checkouts_->validate(std::move(asked)));
    EXPECT_TRUE(made) << made.error().message();
    return made ? made->path : std::string();
  }
  bool may_erase(const std::string& path, const Requester& requester) {
    const auto place = checkouts_->place_of(path, requester);
    EXPECT_TRUE(place) << place.error().message();
    return place && place->may_erase;
  }

  BlobId blob_ = put(*store_, "content");
  const Requester anna_{"token Anna", false};
  const Requester ben_{"token Ben", false};
  const Requester root_{"token Root", true};
};

TEST_F(MakersTest, OnlyWhoMadeACheckoutOrAnAdminMayEraseIt) {
  const std::string path = made_by(anna_, "film/shot");
  EXPECT_TRUE(may_erase(path, anna_));
  EXPECT_TRUE(may_erase(path + "/tex/a.png", anna_));
  EXPECT_FALSE(may_erase(path, ben_));
  EXPECT_TRUE(may_erase(path, root_));
  EXPECT_TRUE(may_erase(path, {}));
  const auto refused = checkouts_->erase(path, ben_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::access_denied);
  EXPECT_EQ(read("film/shot/f"), "content");
  EXPECT_EQ(read("film/shot/.shaman-maker"), "token Anna\n");
  EXPECT_TRUE(checkouts_->erase(path, anna_));
  EXPECT_TRUE(jobs().empty());
}

TEST_F(MakersTest, WhatIsNotThereIsRefusedInTheSameWords) {
  const std::string path = made_by(anna_, "film/shot");
  const auto other = checkouts_->erase(path, ben_);
  const auto nothing = checkouts_->erase("film/shoz", ben_);
  ASSERT_FALSE(other);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, other.error().code);
  EXPECT_EQ(checkouts_->erase("film/shoz").error().code, errc::not_found);
}

TEST_F(MakersTest, ACheckoutWithoutARecordIsAnAdmins) {
  const std::string path = created("film/shot", {{"f", blob_}});
  EXPECT_FALSE(std::filesystem::exists(below("jobs/film/shot/.shaman-maker")));
  EXPECT_FALSE(may_erase(path, anna_));
  EXPECT_TRUE(may_erase(path, root_));
  EXPECT_FALSE(may_erase(path, Requester{"", false}));
}

TEST_F(MakersTest, ARecordThatCannotBeReadOpensNothing) {
  const std::string path = made_by(anna_, "film/shot");
  fail(Operation::read_link, EIO);
  EXPECT_FALSE(checkouts_->place_of(path, anna_));
  EXPECT_FALSE(checkouts_->erase(path, anna_));
}

TEST_F(MakersTest, APathIsACheckoutLeadsIntoOneOrDoesNot) {
  using Kind = CheckoutPlace::Kind;
  const std::string path = made_by(anna_, "film/shot");
  const auto kind_of = [&](const char* at) { return checkouts_->place_of(at)->kind; };
  EXPECT_EQ(kind_of("film/shot"), Kind::checkout);
  EXPECT_EQ(kind_of("film/shot/deep/x"), Kind::inside);
  EXPECT_EQ(checkouts_->place_of("film/shot/deep/x")->checkout, path);
  EXPECT_EQ(kind_of("film"), Kind::folder);
  EXPECT_EQ(kind_of("film/shot2"), Kind::nothing);
  for (const char* const odd : {"", ".", "..", "film/", "/film", "film//shot", "film/../film"})
    EXPECT_EQ(kind_of(odd), Kind::unsafe) << odd;
}

TEST_F(ErasureTest, AFailureLeavesItWhole) {
  created("film/shot", {{"f", blob_}});
  const auto before = jobs();
  fail(Operation::rename, EIO);
  const auto erased = checkouts_->erase("film/shot");
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, errc::io_error);
  EXPECT_THAT(erased.error().message(), testing::HasSubstr("film/shot"));
  EXPECT_EQ(jobs(), before);
}

TEST_F(ErasureTest, AFlushThatFailsIsTold) {
  created("film", {{"f", blob_}});
  fail(Operation::flush_folder, EIO);
  EXPECT_FALSE(checkouts_->erase("film"));
}

TEST_F(ErasureTest, TheFolderAboveIsFlushedBeforeTheAnswer) {
  created("film", {{"f", blob_}});
  auto renamed = std::make_shared<std::atomic<bool>>(false);
  auto flushed = std::make_shared<std::atomic<bool>>(false);
  failing_.on_call([=](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::rename) *renamed = true;
    if (call.operation == Operation::flush_folder && *renamed) *flushed = true;
    return {};
  });
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_TRUE(*flushed);
}

// Erased and made anew by others between the look and the rename: that one was not meant.
TEST_F(ErasureTest, AnotherCheckoutOfTheSameNameIsPutBack) {
  created("film", {{"f", blob_}});
  created("other", {{"g", blob_}});
  auto done = std::make_shared<std::atomic<bool>>(false);
  failing_.on_call([this, done](const Call& call) -> boost::system::error_code {
    if (call.operation == Operation::rename && !done->exchange(true)) {
      std::filesystem::rename(below("jobs/film"), below("jobs/moved"));
      std::filesystem::rename(below("jobs/other"), below("jobs/film"));
    }
    return {};
  });
  const auto erased = checkouts_->erase("film");
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, errc::not_found);
  EXPECT_EQ(read("film/g"), "content");
  EXPECT_EQ(read("moved/f"), "content");
}

TEST_F(ErasureTest, AfterItTheSameRequestMakesANewCheckout) {
  EXPECT_EQ(created("film", {{"f", blob_}}, "key"), "film");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_EQ(created("film", {{"f", blob_}}, "key"), "film");
  EXPECT_EQ(read("film/f"), "content");
}

// What others have put into checkouts.
class KeepingTest : public ErasureTest {
 protected:
  KeepingTest() {
    options_.log = [this](LogLevel, const std::string& message) { log_ += message + "\n"; };
    checkouts_.reset();
    store_.reset();
    store_ = open();
    checkouts_ = std::make_unique<Checkouts>(*store_, CheckoutOptions{});
  }
  void write(const std::string& path, const std::string& content = "frame") const {
    std::filesystem::create_directories(std::filesystem::path(below("jobs/" + path)).parent_path());
    std::filesystem::remove(below("jobs/" + path));
    std::ofstream(below("jobs/" + path)) << content;
  }
  void replace_link(const std::string& path, const std::string& text) const {
    std::filesystem::remove(below("jobs/" + path));
    std::filesystem::create_symlink(text, below("jobs/" + path));
  }
  std::string link_text(const std::string& path) const {
    return std::filesystem::read_symlink(below("jobs/" + path)).string();
  }

  std::string log_;
};

TEST_F(KeepingTest, RendersAreMovedAside) {
  created("film/shot", {{"scene.blend", blob_}, {"tex/a", blob_}});
  write("film/shot/render/0001.exr");
  write("film/shot/tex/baked");
  std::filesystem::create_directories(below("jobs/film/shot/empty"));
  ASSERT_TRUE(checkouts_->erase("film/shot"));
  EXPECT_EQ(jobs(), (std::vector<std::string>{".kept", ".kept/film_shot", ".kept/film_shot/render",
                                              ".kept/film_shot/render/0001.exr",
                                              ".kept/film_shot/tex", ".kept/film_shot/tex/baked"}));
  EXPECT_EQ(read(".kept/film_shot/render/0001.exr"), "frame");
  EXPECT_THAT(log_, testing::HasSubstr("jobs/.kept/film_shot"));
  EXPECT_THAT(log_, testing::HasSubstr("2 files"));
  EXPECT_TRUE(files_below(".shaman/staging").empty());
}

TEST_F(KeepingTest, WithoutThemNothingIsKept) {
  created("film/shot", {{"scene.blend", blob_}});
  ASSERT_TRUE(checkouts_->erase("film/shot"));
  EXPECT_TRUE(jobs().empty());
  EXPECT_EQ(log_, "");
}

TEST_F(KeepingTest, ALinkThatSomebodyChangedIsNotTheServers) {
  const BlobId other = put(*store_, "other content");
  created("film", {{"baked", blob_}, {"swapped", blob_}, {"outside", blob_}, {"same", blob_}});
  created("source", {{"f", other}});
  write("film/baked", "a bake that was saved over the link");
  replace_link("film/swapped", link_text("source/f"));
  replace_link("film/outside", "/etc/passwd");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_EQ(read(".kept/film/baked"), "a bake that was saved over the link");
  EXPECT_EQ(link_text(".kept/film/swapped"), link_text("source/f"));
  EXPECT_EQ(link_text(".kept/film/outside"), "/etc/passwd");
  EXPECT_FALSE(std::filesystem::exists(below("jobs/.kept/film/same")));
  EXPECT_EQ(read("source/f"), "other content");
}

TEST_F(KeepingTest, OfAnotherServersCheckoutAllLinksToBlobsGo) {
  created("film", {{"a", blob_}, {"b", blob_}});
  std::filesystem::remove(below("jobs/film/.shaman-checkout"));
  write("film/frame");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_EQ(jobs(), (std::vector<std::string>{".kept", ".kept/film", ".kept/film/frame"}));
}

TEST_F(KeepingTest, ANameThatIsTakenGetsASuffix) {
  for (const char* const frame : {"first", "second"}) {
    created("film", {{"f", blob_}});
    write("film/frame", frame);
    ASSERT_TRUE(checkouts_->erase("film"));
  }
  EXPECT_EQ(read(".kept/film/frame"), "first");
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(below("jobs/.kept"))) {
    ++folders;
    EXPECT_TRUE(entry.path().filename().string().starts_with("film"));
  }
  EXPECT_EQ(folders, 2U);
}

TEST_F(KeepingTest, WhereTheyCannotBeMovedTheyStayInTheirPlace) {
  created("film/shot", {{"f", blob_}});
  write("film/shot/frame");
  std::ofstream(below("jobs/.kept")) << "not a folder";
  ASSERT_TRUE(checkouts_->erase("film/shot"));
  EXPECT_EQ(read("film/shot/frame"), "frame");
  EXPECT_FALSE(std::filesystem::exists(below("jobs/film/shot/f")));
  EXPECT_THAT(log_, testing::HasSubstr("jobs/.kept"));
  EXPECT_FALSE(checkouts_->erase("film/shot")) << "it is no checkout any more";
}

TEST_F(KeepingTest, AlsoOnAFullDisk) {
  created("film", {{"f", blob_}});
  write("film/frame");
  fail(Operation::make_folder, ENOSPC, ".kept");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_EQ(read("film/frame"), "frame");
}

TEST_F(KeepingTest, AFolderThatCannotBeReadIsMovedAsItIs) {
  created("film", {{"f", blob_}});
  write("film/secret/frame");
  fail(Operation::open_folder, EACCES, "secret");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_EQ(read(".kept/film/secret/frame"), "frame");
  EXPECT_FALSE(std::filesystem::exists(below("jobs/.kept/film/f")));
  EXPECT_TRUE(std::filesystem::is_symlink(below("jobs/.kept/film/.shaman-checkout")))
      << "what is in there may be among the files that it names";
  EXPECT_THAT(log_, testing::HasSubstr("this server has no access to some folders there"));
}

TEST_F(KeepingTest, ALinkThatCannotBeReadForNowWaitsForTheNextStart) {
  created("film", {{"f", blob_}});
  std::ofstream(below("jobs/.kept")) << "not a folder";
  fail(Operation::read_link, EIO, "f");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_FALSE(std::filesystem::exists(below("jobs/film"))) << "half a checkout";
  EXPECT_THAT(log_, testing::HasSubstr("the next start tries again"));
  failing_.on_call({});
  checkouts_.reset();
  store_.reset();
  store_ = open();
  EXPECT_TRUE(files_below(".shaman/staging").empty());
  EXPECT_EQ(jobs(), std::vector<std::string>{".kept"});
}

TEST_F(KeepingTest, AChainOf3000FoldersGoesAndTheFileAtItsEndStays) {
  created("film", {{"f", blob_}});
  int folder = ::open(below("jobs/film").c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(::mkdirat(folder, "d", 0755), 0);
    const int next = ::openat(folder, "d", O_RDONLY | O_DIRECTORY);
    ::close(folder);
    folder = next;
  }
  ::close(::openat(folder, "frame", O_CREAT | O_WRONLY, 0644));
  ::close(folder);
  ASSERT_TRUE(checkouts_->erase("film"));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(below("jobs")))
    if (entry.is_regular_file()) ++files;
  EXPECT_EQ(files, 1U);
  EXPECT_THAT(log_, testing::HasSubstr("1 file in it"));
}

TEST_F(KeepingTest, WhatADeadServerWasErasingIsLookedThroughAsWell) {
  created("film", {{"f", blob_}});
  write("film/render/frame");
  std::filesystem::create_directories(below(".shaman/staging/dead"));
  std::filesystem::rename(below("jobs/film"), below(".shaman/staging/dead/erased-7-film"));
  const auto other = open();
  EXPECT_EQ(jobs(), (std::vector<std::string>{".kept", ".kept/film", ".kept/film/render",
                                              ".kept/film/render/frame"}));
  EXPECT_FALSE(std::filesystem::exists(below(".shaman/staging/dead")));
  EXPECT_THAT(log_, testing::HasSubstr("jobs/.kept/film"));
}

TEST_F(KeepingTest, KeptFilesAreNoCheckout) {
  created("film", {{"f", blob_}});
  write("film/frame");
  ASSERT_TRUE(checkouts_->erase("film"));
  EXPECT_TRUE(checkouts_->list()->empty());
  EXPECT_FALSE(checkouts_->erase(".kept/film"));
  EXPECT_EQ(created("film", {{"f", blob_}}), "film");
}

TEST_F(KeepingTest, LongPathsAreCutToAName) {
  std::string path = "ä";
  for (int i = 0; i < 100; ++i)
    path += "ä";
  created(path + "/" + path, {{"f", blob_}});
  write(path + "/" + path + "/frame");
  ASSERT_TRUE(checkouts_->erase(path + "/" + path));
  EXPECT_THAT(jobs(), testing::Contains(testing::EndsWith("/frame")));
}

}  // namespace
}  // namespace shaman::test
