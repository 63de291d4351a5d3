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

  void make(const std::string& path, const Requester& requester) {
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
    Effort effort;
    const auto found = checkouts_->led_into({{path, is_anywhere}}, ben_, effort);
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

// Every system looks for the exact name first.
TEST_F(LedIntoTest, ANameThatReadsLikeAPatternIsMeant) {
  for (const char* const name : {"shot #3", "test [2]", "cost $5", "a <b> c", "50%off%", "x@(b)"}) {
    make(std::string("own/") + name, ben_);
    EXPECT_EQ(others(std::string("own/") + name + "/a.png"), "") << name;
  }
  for (const char* const name : {"shot 13", "test 2", "cost 10", "a x c", "50x", "xb"})
    make(std::string("own/") + name, anna_);
  for (const char* const name : {"shot #3", "test [2]", "cost $5", "a <b> c", "50%off%", "x@(b)"})
    EXPECT_EQ(others(std::string("own/") + name + "/a.png"), "") << name;
  EXPECT_EQ(others("own/test [23]/a.png"), "own/test 2");
}

// But for those that Windows cannot open by this name.
TEST_F(LedIntoTest, ANameWithADotAtItsEndIsTheOneWithoutToo) {
  make("dots/Wald", anna_);
  for (const char* const name : {"Wald.", "Wald ", "wald..", "Wald. ."}) {
    make(std::string("dots/") + name, ben_);
    EXPECT_EQ(others(std::string("dots/") + name + "/a.png"), "dots/Wald") << name;
  }
}

TEST_F(LedIntoTest, AllAreToldWithWhoMadeThem) {
  Effort effort;
  const auto found = checkouts_->led_into({{"film/*"}, {"film/Hers"}}, ben_, effort);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).maker, Checkouts::maker_of(anna_));
  EXPECT_EQ(found->at(1).maker, Checkouts::maker_of(ben_));
  EXPECT_NE(found->at(0).maker, found->at(1).maker);
  EXPECT_EQ(found->at(0).identity, checkouts_->place_of("film/Hers")->identity);
  EXPECT_TRUE(found->at(1).may_erase);
}

TEST_F(LedIntoTest, QuotesDoNotHideAName) {
  make("quotes/anna's", anna_);
  for (const char* const path :
       {"quotes/anna's/x", "quotes/annas", "quotes/ANNAS/x", "quotes/ann*"})
    EXPECT_EQ(others(path), "quotes/anna's") << path;
}

// Which names Windows shortens how, only Windows knows.
TEST_F(LedIntoTest, AShortNameMayBeAnyName) {
  make("short/Stra\u00dfe B\u00fcro", anna_);
  for (const char* const path : {"short/STRAEB~1/x", "short/1F03~1", "short/x~1.abc"})
    EXPECT_EQ(others(path), "short/Stra\u00dfe B\u00fcro") << path;
  make("own/Bj\u00f6rn", ben_);
  EXPECT_EQ(others("own/BJRN~1"), "");
}

TEST_F(LedIntoTest, EverythingThatCostsTimeIsCounted) {
  for (int i = 0; i < 20; ++i)
    make(("many/" + std::to_string(i)).c_str(), ben_);
  const auto steps = [this](const std::vector<WrittenPath>& paths) {
    Effort effort;
    EXPECT_TRUE(checkouts_->led_into(paths, ben_, effort));
    return Effort::kOfOneJob - effort.left();
  };
  EXPECT_GE(steps({{"many/*"}}), 20 * Effort::kDiskLook) << "each match is looked at";
  EXPECT_LE(steps({{"many/*"}, {"many/**"}, {"m*/*"}}),
            steps({{"many/*"}}) + 20 * Effort::kDiskLook)
      << "once";
  const std::string none = "many/*q";
  const std::string slow = "many/" + std::string("*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*xq");
  EXPECT_GT(steps({{slow}}), steps({{none}})) << "and each comparison by the length of the pattern";
}

TEST_F(LedIntoTest, WhatIsTooMuchIsNotLookedAt) {
  Effort effort(3 * Effort::kDiskLook);
  const auto found = checkouts_->led_into({{"**"}}, ben_, effort);
  ASSERT_TRUE(found);
  EXPECT_TRUE(effort.is_used_up());
  EXPECT_LE(found->size(), 2U);
}

TEST_F(LedIntoTest, AFolderThatCannotBeReadIsNoAnswer) {
  fail(test::Operation::list, EIO);
  Effort effort;
  EXPECT_FALSE(checkouts_->led_into({{"film/hers"}}, ben_, effort));
}

}  // namespace
}  // namespace shaman
