// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include <gtest/gtest.h>

#include "checkouts_fixture.hpp"

namespace shaman {
namespace {

class OthersTest : public test::CheckoutsTest {
 protected:
  OthersTest() {
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

  void make(const char* path, const Asker& asker) {
    CheckoutRequest wanted = request(path, {});
    wanted.asker = asker;
    const auto plan = checkouts_->validate(std::move(wanted));
    ASSERT_TRUE(plan);
    const auto made = checkouts_->create(*plan);
    ASSERT_TRUE(made) << made.error().message();
    ASSERT_EQ(made->path, path);
  }
  std::string others(const std::string& path) {
    const auto found = checkouts_->find_others({path}, ben_);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : found.error().message();
  }

  Asker anna_;
  Asker ben_;
};

TEST_F(OthersTest, EveryPathIsJudgedByWhereItCouldLead) {
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
  };
  for (const auto& row : rows)
    EXPECT_EQ(others(row.path), row.checkout) << row.path;
}

TEST_F(OthersTest, WhoMayEraseAllIsToldOfNone) {
  const auto found = checkouts_->find_others({"film/Hers", "*"}, Asker{});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, "");
}

TEST_F(OthersTest, AFolderThatCannotBeReadIsNoAnswer) {
  fail(test::Operation::list, EIO);
  EXPECT_FALSE(checkouts_->find_others({"film/hers"}, ben_));
}

}  // namespace
}  // namespace shaman
