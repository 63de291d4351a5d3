// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/pins.hpp"

#include <filesystem>

#include "checkout/existing/pin_names.hpp"
#include "checkouts_fixture.hpp"

namespace shaman::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class PinsTest : public CheckoutsTest {
 protected:
  std::string failure(const std::string& checkout, const std::string& name = "") {
    const auto added = pins_.add(checkout, name);
    EXPECT_FALSE(added);
    EXPECT_THAT(files_below(".shaman/staging"), IsEmpty());
    return added ? "" : added.error().message();
  }
  Pins::Added add(const std::string& checkout, const std::string& name = "") {
    auto added = pins_.add(checkout, name);
    EXPECT_TRUE(added) << added.error().message();
    return added ? *added : Pins::Added{};
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    const auto listed = pins_.list();
    for (const Pin& pin : listed->pins)
      found.push_back(pin.name + ":" + std::to_string(pin.files) + "-" +
                      std::to_string(pin.missing));
    return found;
  }
  void make_link(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(below(path)).parent_path());
    std::filesystem::create_symlink(text, below(path));
  }

  Pins pins_ = Pins::open(failing_, root(), options_, pool_).value();
  const BlobId scene_ = put(*store_, "scene");
  const BlobId wood_ = put(*store_, "wood");
  const Files files_ = {{"scene.blend", scene_}, {"tex/wood.png", wood_}, {"tex/oak.png", wood_}};
};

TEST_F(PinsTest, AreReadWithoutWriting) {
  created("film/shot1", files_);
  add("film/shot1", "May");
  failing_.on_call([](const Call& call) {
    switch (call.operation) {
      case Operation::make_folder:
      case Operation::create_file:
      case Operation::write:
      case Operation::set_mode:
      case Operation::rename:
      case Operation::remove_file:
      case Operation::remove_folder:
      case Operation::touch:
      case Operation::make_link:
        ADD_FAILURE() << "writes " << call.path;
        break;
      default:
        break;
    }
    return boost::system::error_code();
  });
  const auto list = Pins::read(failing_, root(), pool_);
  failing_.on_call({});
  ASSERT_TRUE(list) << list.error().message();
  ASSERT_EQ(list->pins.size(), 1U);
  EXPECT_EQ(list->pins[0].name, "May");
  EXPECT_EQ(list->pins[0].missing, 0U);
}

TEST_F(PinsTest, LeadToAllBlobsAlsoOnceTheCheckoutWasErased) {
  created("film/shot1", files_);
  const auto added = add("film/shot1");
  EXPECT_EQ(added.pin.name, "film/shot1");
  EXPECT_EQ(added.pin.files, 3U);
  EXPECT_EQ(added.left_out, 0U);
  ASSERT_TRUE(checkouts_->erase("film/shot1"));
  EXPECT_EQ(TemporaryFolder::read(below(".shaman/pins/film%2Fshot1/files/scene.blend")), "scene");
  EXPECT_EQ(TemporaryFolder::read(below(".shaman/pins/film%2Fshot1/files/tex/oak.png")), "wood");
  EXPECT_THAT(TemporaryFolder::read(below(".shaman/pins/film%2Fshot1/files/.shaman-checkout")),
              HasSubstr("tex/oak.png"));
  const auto list = pins_.list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->pins.size(), 1U);
  EXPECT_EQ(list->pins[0].checkout, "film/shot1");
  EXPECT_EQ(list->pins[0].files, 3U);
  EXPECT_EQ(list->pins[0].bytes, added.pin.bytes);
  EXPECT_EQ(list->pins[0].missing, 0U);
  EXPECT_LT(*list->pins[0].made - *added.pin.made, std::chrono::seconds(1));
}

TEST_F(PinsTest, TwoCheckoutsWithTheSameLastNameAreTwoPins) {
  created("film/shot", {{"a", scene_}});
  created("spot/shot", {{"b", wood_}, {"c", wood_}});
  add("film/shot");
  add("spot/shot");
  EXPECT_EQ(names(), (std::vector<std::string>{"film/shot:1-0", "spot/shot:2-0"}));
}

TEST_F(PinsTest, ANameThatIsTakenIsRefusedAndChangesNothing) {
  created("film/shot", {{"a", scene_}});
  created("other", {{"b", wood_}});
  add("film/shot");
  EXPECT_THAT(failure("film/shot"), HasSubstr("there is a pin \"film/shot\" already"));
  EXPECT_THAT(failure("other", "film/shot"), HasSubstr("--name"));
  add("other", "delivery 3");
  EXPECT_EQ(names(), (std::vector<std::string>{"delivery 3:1-0", "film/shot:1-0"}));
  EXPECT_EQ(TemporaryFolder::read(below(".shaman/pins/film%2Fshot/files/a")), "scene");
}

TEST_F(PinsTest, AreRemovedWholeByTheirNames) {
  created("film/shot", files_);
  add("film/shot");
  add("film/shot", "..");
  EXPECT_THAT(pins_.remove("film").error().message(), HasSubstr("there is no pin \"film\""));
  ASSERT_TRUE(pins_.remove("film/shot"));
  EXPECT_EQ(pins_.remove("film/shot").error().code, errc::not_found);
  EXPECT_EQ(names(), (std::vector<std::string>{"..:3-0"}));
  ASSERT_TRUE(pins_.remove(".."));
  EXPECT_THAT(files_below(".shaman/pins"), IsEmpty());
  EXPECT_THAT(files_below(".shaman/staging"), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(blob_path(scene_)));
}

TEST_F(PinsTest, ACheckoutThatIsBeingErasedIsRefused) {
  created("film", files_);
  std::filesystem::remove(below("jobs/film/tex/oak.png"));
  const std::string why = failure("film");
  EXPECT_THAT(why, HasSubstr("1 of the 3 files of \"film\""));
  EXPECT_THAT(why, HasSubstr("tex/oak.png"));
  EXPECT_THAT(why, HasSubstr("it is being erased"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(PinsTest, BlobsThatAreMissingAreSaid) {
  created("film", files_);
  std::filesystem::remove(blob_path(wood_));
  const std::string why = failure("film");
  EXPECT_THAT(why, HasSubstr("1 of the 2 different files of \"film\""));
  EXPECT_THAT(why, HasSubstr("tex/"));
  std::filesystem::remove(std::filesystem::canonical(below("jobs/film/.shaman-checkout")));
  EXPECT_THAT(failure("film"), HasSubstr("list of files"));
  EXPECT_EQ(pins_.add("film/none", "").error().code, errc::not_found);
}

TEST_F(PinsTest, BlobsThatGoMissingLaterAreCounted) {
  created("film", files_);
  add("film");
  std::filesystem::remove(blob_path(wood_));
  EXPECT_EQ(names(), (std::vector<std::string>{"film:3-1"}));
}

// Somebody has put a file in the place of a link: what the checkout had there is pinned as well.
TEST_F(PinsTest, WhatWasReplacedByHandIsPinnedAsItWasAndOtherFilesAreLeftOut) {
  created("film", files_);
  std::filesystem::remove(below("jobs/film/scene.blend"));
  folder_.write("store/jobs/film/scene.blend", "by hand");
  folder_.write("store/jobs/film/render/0001.png", "image");
  make_link("jobs/film/elsewhere", "/etc/passwd");
  const auto added = add("film");
  EXPECT_EQ(added.pin.files, 3U);
  EXPECT_EQ(added.left_out, 3U);
  EXPECT_EQ(TemporaryFolder::read(below(".shaman/pins/film/files/scene.blend")), "scene");
}

TEST_F(PinsTest, CheckoutsOfOtherServersHaveNoManifest) {
  make_link("jobs/go/a/scene.blend", blob_path(scene_));
  make_link("jobs/go/wood.png", "../../" + blob_path(wood_).substr(root().size() + 1));
  EXPECT_EQ(add("go").pin.files, 2U);
  EXPECT_EQ(TemporaryFolder::read(below(".shaman/pins/go/files/a/scene.blend")), "scene");
  EXPECT_EQ(names(), (std::vector<std::string>{"go:2-0"}));
}

TEST_F(PinsTest, CopiesMadeByHandAreListedAndCanBeRemoved) {
  make_link(".shaman/pins/shot/scene.blend", blob_path(scene_));
  make_link(".shaman/pins/loose", blob_path(wood_));
  const auto list = pins_.list();
  ASSERT_TRUE(list);
  EXPECT_EQ(list->loose_links, 1U);
  ASSERT_EQ(list->pins.size(), 1U);
  EXPECT_EQ(list->pins[0].name, "shot");
  EXPECT_FALSE(list->pins[0].made);
  ASSERT_TRUE(pins_.remove("shot"));
  EXPECT_TRUE(std::filesystem::is_symlink(below(".shaman/pins/loose")));
}

TEST_F(PinsTest, AreCompleteOrNotThereWhateverFails) {
  created("film", files_);
  for (const Operation operation :
       {Operation::make_folder, Operation::make_link, Operation::create_file, Operation::write,
        Operation::flush_file, Operation::flush_folder, Operation::rename, Operation::list,
        Operation::read_link, Operation::touch}) {
    for (int nth = 1; nth <= 12; ++nth) {
      const auto before = names();
      fail(operation, EIO, {}, nth, nth);
      const auto added = pins_.add("film", "pin");
      failing_.on_call(nullptr);
      const std::string where =
          std::to_string(static_cast<int>(operation)) + ", call " + std::to_string(nth);
      if (added) {
        EXPECT_EQ(names(), (std::vector<std::string>{"pin:3-0"})) << where;
        ASSERT_TRUE(pins_.remove("pin")) << where;
        break;
      }
      EXPECT_EQ(names(), before) << where;
    }
  }
}

TEST_F(PinsTest, AreOnStableStorageBeforeTheAnswer) {
  created("film", files_);
  auto seen = std::make_shared<std::vector<Operation>>();
  auto mutex = std::make_shared<std::mutex>();
  failing_.on_call([=](const Call& call) -> boost::system::error_code {
    const std::lock_guard lock(*mutex);
    if (call.operation == Operation::rename || call.operation == Operation::flush_folder ||
        call.operation == Operation::flush_file)
      seen->push_back(call.operation);
    return {};
  });
  add("film");
  failing_.on_call(nullptr);
  const std::lock_guard lock(*mutex);
  const auto renamed = std::find(seen->begin(), seen->end(), Operation::rename);
  ASSERT_NE(renamed, seen->end());
  // What the pin is of, and the three blobs that it relies upon: scene, wood, manifest.
  EXPECT_EQ(std::count(seen->begin(), renamed, Operation::flush_file), 4);
  // The tree's folders before it has its name, the names after that.
  EXPECT_GE(std::count(seen->begin(), renamed, Operation::flush_folder), 4);
  EXPECT_EQ(std::count(renamed, seen->end(), Operation::flush_folder), 2);
}

TEST(PinNames, AreOnePathComponentEachAndReadAsTheyWereWritten) {
  for (const std::string name : {"shot", "film/shot", "film%2Fshot", "..", ".", ".hidden", "a.b",
                                 "50%", "/", "caf\u00e9 1", "%25", "%2E"}) {
    const auto folder = pin_names::folder_of(name);
    ASSERT_TRUE(folder) << name;
    EXPECT_EQ(folder->find('/'), std::string::npos) << name;
    EXPECT_NE(folder->front(), '.') << name;
    EXPECT_EQ(pin_names::name_of(*folder), name);
  }
  for (const std::string& name :
       {std::string(), std::string("a\nb"), std::string("\xff"), std::string(300, 'a')})
    EXPECT_EQ(pin_names::folder_of(name).error().code, errc::unsafe_path);
  for (const std::string folder : {"50%", "a%2fb", "a%2Eb", ".x", "%"})
    EXPECT_EQ(pin_names::name_of(folder), folder);
}

}  // namespace
}  // namespace shaman::test
