// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkouts_fixture.hpp"

namespace shaman {
namespace {

class IdentityTest : public test::CheckoutsTest {
 protected:
  // What makes the checkout tell itself from others is removed: an older server made it.
  void make_old(const std::string& path) const {
    for (const auto& entry : std::filesystem::directory_iterator(below("jobs/" + path)))
      if (entry.path().filename().string().starts_with(".shaman-id-")) {
        std::filesystem::remove(entry.path());
        return;
      }
    FAIL() << path << " has no identity";
  }

  const BlobId blob_ = test::put(*store_, "content");
  const BlobId other_ = test::put(*store_, "other");
};

TEST_F(IdentityTest, NoTwoCheckoutsHaveTheSame) {
  created("one", {{"f", blob_}});
  created("two", {{"f", blob_}});
  const std::string first = found("one").identity;
  EXPECT_EQ(first.size(), 32U);
  EXPECT_NE(first, found("two").identity);
  ASSERT_TRUE(checkouts_->erase("one"));
  created("one", {{"f", blob_}});
  EXPECT_NE(first, found("one").identity);
  const auto place = checkouts_->place_of("one/f");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->identity, found("one").identity);
}

TEST_F(IdentityTest, OneFromBeforeIsToldByWhatIsInIt) {
  created("one", {{"f", blob_}});
  created("two", {{"f", other_}});
  const std::string number = found("one").identity;
  make_old("one");
  make_old("two");
  EXPECT_THAT(found("one").identity, testing::StartsWith("files-"));
  EXPECT_NE(found("one").identity, found("two").identity);
  EXPECT_NE(found("one").identity, number);
}

TEST_F(IdentityTest, OneIsErasedAndNotWhatHasItsPathNow) {
  created("film", {{"f", blob_}});
  FoundCheckout old = found("film");
  ASSERT_TRUE(checkouts_->erase("film"));
  created("film", {{"f", blob_}});
  old.made = found("film").made;
  const auto erased = checkouts_->erase_unused(old);
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, errc::not_found);
  EXPECT_EQ(read("film/f"), "content");
}

TEST_F(IdentityTest, ARepetitionIsNotAnsweredACheckoutThatIsGone) {
  EXPECT_EQ(created("film", {{"f", blob_}}, "key"), "film");
  // By another server, the Manager, or a person.
  std::filesystem::remove_all(below("jobs/film"));
  EXPECT_EQ(created("film", {{"f", other_}}), "film");
  const std::string again = created("film", {{"f", blob_}}, "key");
  EXPECT_NE(again, "film");
  EXPECT_EQ(read(again + "/f"), "content");
  EXPECT_EQ(created("film", {{"f", blob_}}, "key"), again);
}

TEST_F(IdentityTest, NoFileOfACheckoutIsOne) {
  const std::string name = ".shaman-id-" + std::string(32, '0');
  EXPECT_FALSE(create("film", {{name, blob_}}));
  EXPECT_FALSE(create("film/" + name, {{"f", blob_}}));
}

}  // namespace
}  // namespace shaman
