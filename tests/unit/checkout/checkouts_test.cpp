// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include "shaman/checkout.hpp"

#include "store_fixture.hpp"

namespace shaman {
namespace {

class CheckoutsTest : public test::StoreTest {
 protected:
  CheckoutsTest() : store_(open()), checkouts_(*store_, CheckoutOptions{}) {}

  struct File {
    std::string_view path;
    BlobId id;
  };
  result<std::string> create(std::string path, const std::vector<File>& files,
                             std::string key = {}) {
    CheckoutRequest request;
    request.path = std::move(path);
    request.idempotency_key = std::move(key);
    for (const File& file : files)
      request.files.add(file.id, file.path);
    const auto plan = checkouts_.validate(std::move(request));
    if (!plan) return plan.error();
    return checkouts_.create(*plan);
  }

  std::unique_ptr<Store> store_;
  Checkouts checkouts_;
};

TEST_F(CheckoutsTest, LinksEveryFileToItsBlob) {
  const BlobId scene = test::put(*store_, "scene");
  const BlobId wood = test::put(*store_, "wood");
  const auto path = create(
      "film/shot 1", {{"scene.blend", scene}, {"textures/wood.png", wood}, {"a/b/c.png", wood}});
  ASSERT_TRUE(path) << path.error().message();
  EXPECT_EQ(*path, "film/shot 1");
  const std::string at = below("jobs/film/shot 1/");
  EXPECT_EQ(test::TemporaryFolder::read(at + "scene.blend"), "scene");
  EXPECT_EQ(test::TemporaryFolder::read(at + "textures/wood.png"), "wood");
  EXPECT_EQ(test::TemporaryFolder::read(at + "a/b/c.png"), "wood");
  EXPECT_TRUE(std::filesystem::read_symlink(at + "a/b/c.png").is_relative());
  EXPECT_TRUE(files_below(".shaman/staging").empty());
}

}  // namespace
}  // namespace shaman
