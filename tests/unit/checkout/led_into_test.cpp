// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include <gtest/gtest.h>

#include "checkouts_fixture.hpp"

namespace shaman {
namespace {

class LedIntoTest : public test::CheckoutsTest {
 protected:
  LedIntoTest() {
    anna_.scope = "token Anna";
    ben_.scope = "token Ben";
    anna_.knows_all = ben_.knows_all = false;
    make("film/Hers", anna_);
    make("film/mine", ben_);
    make("shot [v2]", ben_);
    make("shot 5", anna_);
    make("shot1", anna_);
    make("shot1 final", ben_);
  }

  void make(const char* path, const Requester& requester) {
    CheckoutRequest wanted = request(path, {});
    wanted.requester = requester;
    const auto plan = checkouts_->validate(std::move(wanted));
    ASSERT_TRUE(plan);
    const auto made = checkouts_->create(*plan);
    ASSERT_TRUE(made) << made.error().message();
    ASSERT_EQ(made->path, path);
  }
  // The first that is not Ben's.
  std::string others(const std::string& path, bool is_anywhere = false) {
    const auto found = checkouts_->led_into({{path, is_anywhere}}, ben_);
    EXPECT_TRUE(found) << found.error().message();
    if (!found) return found.error().message();
    for (const CheckoutPlace& place : *found)
      if (!place.may_erase) return place.checkout;
    return "";
  }

  Requester anna_;
  Requester ben_;
};

TEST_F(LedIntoTest, EveryPathIsJudgedByWhereItCouldLead) {
  const struct {
    const char* path;
    const char* checkout;
  } rows[] = {
      // By its name.
      {"film/Hers", "film/Hers"},
      {"film/Hers/tex/a.png", "film/Hers"},
      {"film/mine/a.png", ""},
      {"film/nobodys/a.png", ""},
      {"film", ""},
      {"out/a.png", ""},
      // In another case; a name that is there is meant.
      {"FILM/HERS/x", "film/Hers"},
      {"film/hers", "film/Hers"},
      {"film/MINE", ""},
      // As Windows reads it.
      {"film./Hers. /x", "film/Hers"},
      // Patterns.
      {"*/Hers", "film/Hers"},
      {"film/*", "film/Hers"},
      {"film/h?rs/x", "film/Hers"},
      {"film/{mine,hers}", "film/Hers"},
      {"**/x.blend", "film/Hers"},
      {"film/mine/*.png", ""},
      {"out/*/x", ""},
      {"shot#/x", "shot1"},
      {"shot%d", "shot1"},
      {"shot [v2]/x", ""},
      {"shot [5]/x", "shot 5"},
      // Something behind it.
      {"film/Hers --python x/y", "film/Hers"},
      {"film/hers\"", "film/Hers"},
      {"shot1 final/x", ""},
      {"shot1 --final", "shot1"},
      // Placeholders stand for anything.
      {"film/{blend_name}/x", "film/Hers"},
      {"{a}/Hers", "film/Hers"},
      {"{a}", "film/Hers"},
      {"f{a}", "film/Hers"},
      {"film/mine/{a}/x", ""},
      {"out/{a}/Hers", ""},
      // As file systems read it that tell few names apart.
      {"film/He\u00adrs", "film/Hers"},
      {"film/h\u200bers", "film/Hers"},
      {"film/Hers:stream", "film/Hers"},
      {"film/HERS~1", "film/Hers"},
      {"film/[[:alpha:]]ers", "film/Hers"},
      {"film/@(Hers|x)", "film/Hers"},
      {"film/H%srs", "film/Hers"},
      // What was rendered into erased checkouts is nobody's in particular.
      {".kept/film/Hers", ".kept"},
      {".KEPT./x", ".kept"},
      {".k*/x", ".kept"},
      {".*", ".kept"},
      {"[.]kept", ".kept"},
      {"**/.kept/x", ".kept"},
      {"film/.k*", ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(others(row.path), row.checkout) << row.path;
}

TEST_F(LedIntoTest, APathMayBeginInAnyFolderAboveCheckouts) {
  EXPECT_EQ(others("hers/x"), "");
  EXPECT_EQ(others("hers/x", true), "film/Hers");
  EXPECT_EQ(others("mine/x", true), "");
  EXPECT_EQ(others("shot1", true), "shot1");
}

TEST_F(LedIntoTest, AllAreToldWithWhoMadeThem) {
  const auto found = checkouts_->led_into({{"film/*"}, {"film/Hers"}}, ben_);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).maker, Checkouts::maker_of(anna_));
  EXPECT_EQ(found->at(1).maker, Checkouts::maker_of(ben_));
  EXPECT_NE(found->at(0).maker, found->at(1).maker);
  EXPECT_EQ(found->at(0).identity, checkouts_->place_of("film/Hers")->identity);
  EXPECT_TRUE(found->at(1).may_erase);
}

TEST_F(LedIntoTest, AFolderThatCannotBeReadIsNoAnswer) {
  fail(test::Operation::list, EIO);
  EXPECT_FALSE(checkouts_->led_into({{"film/hers"}}, ben_));
}

}  // namespace
}  // namespace shaman
