// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/reuse.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "checkout/making/placement.hpp"
#include "checkouts_fixture.hpp"

namespace shaman::test {
namespace {

class ReuseTest : public CheckoutsTest {
 protected:
  result<MadeCheckout> asked(const std::string& path, const Files& files,
                             const Requester& requester = {}, const std::string& key = {}) {
    auto wish = request(path, files, key);
    wish.requester = requester;
    wish.requester.knows_all = true;  // of the blobs, which this is not about
    wish.may_reuse = true;
    return checkouts_->create(*checkouts_->validate(std::move(wish)));
  }
  std::string fresh(const std::string& path, const Files& files, const Requester& requester = {}) {
    const auto made = asked(path, files, requester);
    EXPECT_TRUE(made) << made.error().message();
    EXPECT_FALSE(made->is_reused);
    return made->path;
  }
  void expect_reused(const std::string& found, const std::string& path, const Files& files,
                     const Requester& requester = {}) {
    const auto made = asked(path, files, requester);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_TRUE(made->is_reused);
    EXPECT_EQ(made->path, found);
  }
  // Between the decision and the call.
  void on_first(Operation operation, const std::function<void()>& what) {
    failing_.on_call([=, is_done = std::make_shared<std::atomic<bool>>(false)](const Call& call) {
      const bool is_it = call.operation == operation &&
                         (operation != Operation::touch || call.path == ".shaman-checkout");
      if (is_it && !is_done->exchange(true)) what();
      return boost::system::error_code();
    });
  }
  // Of the link that its age counts from.
  void make_older(const std::string& path, std::chrono::hours age) const {
    const timespec at{static_cast<time_t>(::time(nullptr) - age.count() * 3600), 0};
    const std::array<timespec, 2> times{at, at};
    ASSERT_EQ(::utimensat(AT_FDCWD, below("jobs/" + path + "/.shaman-checkout").c_str(),
                          times.data(), AT_SYMLINK_NOFOLLOW),
              0);
  }
  fs::Time made(const std::string& path) {
    const auto found = checkouts_->list();
    EXPECT_TRUE(found);
    for (const FoundCheckout& checkout : *found)
      if (checkout.path == path) return checkout.made;
    ADD_FAILURE() << "no checkout " << path;
    return {};
  }

  BlobId blob_ = put(*store_, "content");
  BlobId other_ = put(*store_, "other");
  const Files files_{{"shot.blend", blob_}, {"tex/deep/a.png", other_}, {"tex/b.png", blob_}};
  const Requester anna_{"token Anna", false};
  const Requester ben_{"token Ben", false};
};

TEST_F(ReuseTest, TheSameFilesAtTheSamePathAreOneCheckout) {
  const std::string path = fresh("film/shot", files_);
  EXPECT_EQ(path, "film/shot");
  const auto before = jobs();
  for (int i = 0; i < 33; ++i)
    expect_reused(path, "film/shot", files_);
  EXPECT_EQ(jobs(), before);
  EXPECT_TRUE(files_below(".shaman/staging").empty());
}

TEST_F(ReuseTest, OtherFilesOrAnotherPathAreAnotherCheckout) {
  fresh("film/shot", files_);
  EXPECT_NE(fresh("film/shot", {{"shot.blend", blob_}}), "film/shot");
  EXPECT_NE(fresh("film/shot", {{"shot.blend", other_}}), "film/shot");
  EXPECT_EQ(fresh("film/shot2", files_), "film/shot2");
}

TEST_F(ReuseTest, ACheckoutWhoseNameGotASuffixIsFound) {
  fresh("film/shot", {{"f", blob_}});
  const std::string second = fresh("film/shot", files_);
  EXPECT_TRUE(Placement::is_suffixed(second.substr(5), "shot")) << second;
  expect_reused(second, "film/shot", files_);
  expect_reused("film/shot", "film/shot", {{"f", blob_}});
}

TEST_F(ReuseTest, ACheckoutInAFolderThatGotASuffixIsFound) {
  fresh("film", {{"f", blob_}});
  const std::string path = fresh("film/shot", files_);
  EXPECT_NE(path, "film/shot");
  expect_reused(path, "film/shot", files_);
}

TEST_F(ReuseTest, ANameThatOnlyLooksSuffixedIsAnotherWish) {
  const std::string path = fresh("film/shot-test", files_);
  EXPECT_EQ(fresh("film/shot", files_), "film/shot");
  expect_reused(path, "film/shot-test", files_);
}

TEST_F(ReuseTest, ACheckoutThatWasMadeForOneRequestIsNotGivenToAnother) {
  const std::string of_job = created("film/shot", files_);
  const std::string path = fresh("film/shot", files_);
  EXPECT_NE(path, of_job);
  expect_reused(path, "film/shot", files_);
  EXPECT_NE(created("film/shot", files_), path);
}

TEST_F(ReuseTest, ACheckoutOfSomebodyElseIsNotGiven) {
  const std::string of_anna = fresh("film/shot", files_, anna_);
  const std::string of_ben = fresh("film/shot", files_, ben_);
  const std::string of_nobody = fresh("film/shot", files_);
  expect_reused(of_anna, "film/shot", files_, anna_);
  expect_reused(of_ben, "film/shot", files_, ben_);
  expect_reused(of_nobody, "film/shot", files_);
}

TEST_F(ReuseTest, AChangedCheckoutIsNotGiven) {
  struct Change {
    const char* what;
    std::function<void(const std::string& folder)> make;
  };
  namespace files = std::filesystem;
  const std::vector<Change> changes{
      {"a link is gone", [](const auto& at) { files::remove(at + "/tex/b.png"); }},
      {"a file is in a link's place",
       [](const auto& at) {
         files::remove(at + "/tex/b.png");
         std::ofstream(at + "/tex/b.png") << "content";
       }},
      {"a link leads to another blob",
       [](const auto& at) {
         const auto text = files::read_symlink(at + "/tex/deep/a.png");
         files::remove(at + "/tex/deep/a.png");
         files::create_symlink(text.string() + "x", at + "/tex/deep/a.png");
       }},
      {"a link leads there by another way",
       [](const auto& at) {
         const auto target = files::canonical(at + "/shot.blend");
         files::remove(at + "/shot.blend");
         files::create_symlink(target, at + "/shot.blend");
       }},
      {"a folder is a link",
       [](const auto& at) {
         files::rename(at + "/tex", at + "/moved");
         files::create_symlink("moved", at + "/tex");
       }},
      {"the record of its maker is gone",
       [](const auto& at) { files::remove(at + "/.shaman-maker"); }},
      {"the record of the wish is gone",
       [](const auto& at) { files::remove(at + "/.shaman-reusable"); }},
      {"the manifest is a file",
       [](const auto& at) {
         files::remove(at + "/.shaman-checkout");
         std::ofstream(at + "/.shaman-checkout") << "[\n]\n";
       }},
  };
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    const std::string wish = "changed/" + std::to_string(&change - changes.data());
    const std::string path = fresh(wish, files_, anna_);
    change.make(below("jobs/" + path));
    const std::string second = fresh(wish, files_, anna_);
    EXPECT_NE(second, path);
    expect_reused(second, wish, files_, anna_);
  }
}

TEST_F(ReuseTest, WhatOthersHavePutBesideTheLinksDoesNotMatter) {
  const std::string path = fresh("film/shot", files_);
  std::filesystem::create_directory(below("jobs/" + path + "/render"));
  std::ofstream(below("jobs/" + path + "/render/0001.png")) << "frame";
  expect_reused(path, "film/shot", files_);
  EXPECT_EQ(read("film/shot/render/0001.png"), "frame");
}

TEST_F(ReuseTest, ALinkIsNotFollowedToACheckout) {
  fresh("film/shot", files_);
  std::filesystem::rename(below("jobs/film"), below("jobs/moved"));
  std::filesystem::create_directory_symlink("moved", below("jobs/film"));
  EXPECT_NE(fresh("film/shot", files_), "film/shot");
}

TEST_F(ReuseTest, ABlobThatIsGoneIsMissingAsEver) {
  fresh("film/shot", files_);
  std::filesystem::remove(blob_path(other_));
  const auto made = asked("film/shot", files_);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::blobs_missing);
}

TEST_F(ReuseTest, ItsAgeCountsFromNow) {
  const std::string path = fresh("film/shot", files_);
  make_older(path, std::chrono::hours(1000));
  const fs::Time before = made(path);
  expect_reused(path, "film/shot", files_);
  EXPECT_GT(made(path), before + std::chrono::hours(999));
}

TEST_F(ReuseTest, OneThatCannotBeTouchedIsNotGiven) {
  const std::string path = fresh("film/shot", files_);
  fail(Operation::touch, EPERM, ".shaman-checkout");
  EXPECT_NE(fresh("film/shot", files_), path);
}

TEST_F(ReuseTest, OneWhoseLinksCannotBeReadIsNotGiven) {
  const std::string path = fresh("film/shot", files_);
  fail(Operation::read_link, EIO, "a.png");
  EXPECT_NE(fresh("film/shot", files_), path);
}

TEST_F(ReuseTest, OneThatIsErasedMeanwhileIsNotGiven) {
  const std::string path = fresh("film/shot", files_);
  on_first(Operation::touch,
           [&] { std::filesystem::rename(below("jobs/film/shot"), below("jobs/taken")); });
  EXPECT_EQ(fresh("film/shot", files_), "film/shot");
  EXPECT_EQ(read("film/shot/shot.blend"), "content");
}

TEST_F(ReuseTest, ErasingByAgeSparesOneThatWasGivenAgain) {
  const std::string path = fresh("film/shot", files_);
  make_older(path, std::chrono::hours(1000));
  const FoundCheckout listed = found(path);
  expect_reused(path, "film/shot", files_);
  const auto erased = checkouts_->erase_unused(listed);
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, errc::busy);
  EXPECT_EQ(read("film/shot/shot.blend"), "content");
  EXPECT_TRUE(files_below(".shaman/staging").empty());
  EXPECT_TRUE(checkouts_->erase_unused(found(path)));
  EXPECT_TRUE(jobs().empty());
}

TEST_F(ReuseTest, ErasingByAgePutsBackOneThatIsGivenAtThatMoment) {
  const std::string path = fresh("film/shot", files_);
  make_older(path, std::chrono::hours(1000));
  const FoundCheckout listed = found(path);
  on_first(Operation::rename, [&] { make_older(path, std::chrono::hours(0)); });
  const auto erased = checkouts_->erase_unused(listed);
  EXPECT_FALSE(erased);
  EXPECT_EQ(read("film/shot/shot.blend"), "content");
}

TEST_F(ReuseTest, ARepetitionWithItsKeyGetsTheSameAnswer) {
  const auto first = asked("film/shot", files_, {}, "key");
  const auto again = asked("film/shot", files_, {}, "key");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->path, first->path);
  EXPECT_FALSE(again->is_reused);
  ASSERT_TRUE(checkouts_->erase(first->path));
  const auto anew = asked("film/shot", files_, {}, "key");
  ASSERT_TRUE(anew);
  EXPECT_EQ(read("film/shot/shot.blend"), "content");
}

TEST(IsSuffixed, OnlyWhatPlacementMakes) {
  EXPECT_TRUE(Placement::is_suffixed("shot-k3x9", "shot"));
  for (const char* name : {"shot", "shot-", "shot-k3x", "shot-k3x99", "shot-K3X9", "shot_k3x9",
                           "shox-k3x9", "ashot-k3x9", ""})
    EXPECT_FALSE(Placement::is_suffixed(name, "shot")) << name;
}

}  // namespace
}  // namespace shaman::test
