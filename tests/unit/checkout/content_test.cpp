// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/content.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "checkouts_fixture.hpp"

namespace shaman::test {
namespace {

class ContentTest : public CheckoutsTest {
 protected:
  std::string made_by(const Requester& maker, const std::string& path) {
    auto wish = request(path, files_);
    wish.requester = maker;
    wish.requester.knows_all = true;
    const auto made = checkouts_->create(*checkouts_->validate(std::move(wish)));
    EXPECT_TRUE(made) << made.error().message();
    return made ? made->path : std::string();
  }
  std::vector<std::string> listed(const Requester& requester) {
    std::vector<std::string> paths;
    const auto found = checkouts_->list_for(requester);
    EXPECT_TRUE(found);
    for (const FoundCheckout& checkout : *found)
      paths.push_back(checkout.path);
    return paths;
  }
  errc failure(const std::string& path, const Requester& requester = {}) {
    const auto content = checkouts_->content_of(path, requester);
    EXPECT_FALSE(content);
    return content ? errc::io_error : content.error().code;
  }

  BlobId blob_ = put(*store_, "content");
  BlobId other_ = put(*store_, "other");
  const Files files_{{"shot.blend", blob_}, {"a/b.png", other_}};
  const Requester anna_{"token Anna", false};
  const Requester ben_{"token Ben", false};
  const Requester root_{"token Root", true};
};

TEST_F(ContentTest, EverybodyListsTheirOwnAndAdminsAll) {
  made_by(anna_, "film/shot1");
  made_by(ben_, "film/shot2");
  created("film/shot3", files_);
  EXPECT_EQ(listed(anna_), std::vector<std::string>{"film/shot1"});
  EXPECT_EQ(listed(ben_), std::vector<std::string>{"film/shot2"});
  EXPECT_TRUE(listed(Requester{"token Carl", false}).empty());
  EXPECT_TRUE(listed(Requester{"", false}).empty());
  const std::vector<std::string> all{"film/shot1", "film/shot2", "film/shot3"};
  EXPECT_EQ(listed(root_), all);
  EXPECT_EQ(listed({}), all);
}

TEST_F(ContentTest, TellsTheFilesOfTheManifest) {
  const std::string path = made_by(anna_, "film/shot");
  const auto content = checkouts_->content_of(path, anna_);
  ASSERT_TRUE(content) << content.error().message();
  EXPECT_EQ(content->bytes, 12U);
  ASSERT_EQ(content->files.size(), 2U);
  EXPECT_EQ(content->files[0].path, "a/b.png");
  EXPECT_EQ(content->files[0].id, other_);
  EXPECT_EQ(content->files[1].path, "shot.blend");
  EXPECT_EQ(content->made, checkouts_->list()->front().made);
}

TEST_F(ContentTest, AnothersIsAsUnknownAsWhatIsNotThere) {
  const std::string path = made_by(anna_, "film/shot");
  EXPECT_EQ(failure(path, ben_), errc::access_denied);
  EXPECT_EQ(failure("film/none", ben_), errc::access_denied);
  EXPECT_EQ(failure("film", ben_), errc::access_denied);
  EXPECT_EQ(failure("film/none"), errc::not_found);
  EXPECT_EQ(failure("film"), errc::not_found);
  EXPECT_EQ(failure("film/shot/a"), errc::not_found);
  EXPECT_EQ(failure("../jobs/film/shot"), errc::not_found);
  EXPECT_TRUE(checkouts_->content_of(path, root_));
}

// A link in a checkout is anybody's to make who can write the storage.
TEST_F(ContentTest, AFileThatIsNoManifestIsNotShown) {
  const std::string path = created("film/shot", files_);
  const std::string link = below("jobs/" + path + "/.shaman-checkout");
  const auto to_secret = std::filesystem::read_symlink(below("jobs/" + path + "/shot.blend"));
  const auto to_manifest = std::filesystem::read_symlink(link);
  std::filesystem::remove(link);
  EXPECT_EQ(failure(path), errc::not_found);
  std::filesystem::create_symlink(to_secret, link);
  EXPECT_EQ(failure(path), errc::not_found);
  std::filesystem::remove(link);
  std::filesystem::create_symlink("/etc/passwd", link);
  EXPECT_EQ(failure(path), errc::not_found);
  std::filesystem::remove(link);
  std::filesystem::create_symlink(to_manifest, link);
  EXPECT_TRUE(checkouts_->content_of(path));
}

TEST_F(ContentTest, AManifestThatIsNotOfItsSizeIsNotRead) {
  const std::string path = created("film/shot", files_);
  const std::string manifest =
      std::filesystem::canonical(below("jobs/" + path + "/.shaman-checkout"));
  std::filesystem::permissions(manifest, std::filesystem::perms::owner_all);
  std::string text = TemporaryFolder::read(manifest);
  text.insert(text.size() - 3, ",\n" + text.substr(2, text.find('\n', 2) - 2));
  std::ofstream(manifest, std::ios::binary) << text;
  EXPECT_EQ(failure(path), errc::not_found);
}

}  // namespace
}  // namespace shaman::test
