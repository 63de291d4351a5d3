// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/checkout_name.hpp"

#include <gtest/gtest.h>

#include "shaman/client/checkouts.hpp"
#include "shaman/text.hpp"

namespace shaman::client {
namespace {

TEST(DefaultCheckoutPath, IsTheProjectsAndTheBlendsName) {
  EXPECT_EQ(default_checkout_path("/p/film", "/p/film/shots/a.blend"), "film/a");
  EXPECT_EQ(default_checkout_path("/", "/a.blend"), "a");
  EXPECT_EQ(default_checkout_path("/p/Größe 1", "/p/Größe 1/ä b.blend"), "Größe 1/ä b");
}

TEST(DefaultCheckoutPath, IsAlwaysOneThatAServerTakes) {
  EXPECT_EQ(default_checkout_path("/p/a:b", "/p/a:b/x?{1}.blend"), "a_b/x__1_");
  EXPECT_EQ(default_checkout_path("/p/caf\xe9", "/p/caf\xe9/x.blend"), "caf_/x");
  EXPECT_EQ(default_checkout_path("/p/f", "/p/f/a\xc2\x85\n.blend"), "f/a__");
  EXPECT_EQ(default_checkout_path("/p/f", "/p/f/..blend"), "f/unnamed");
  EXPECT_EQ(default_checkout_path("/p/f", "/p/f/.blend"), "f/.blend");
  std::string name;
  for (int i = 0; i < 200; ++i)
    name += "é";
  const std::string path = default_checkout_path("/p/f", "/p/f/" + name + ".blend");
  EXPECT_EQ(path.size(), 252U);
  EXPECT_TRUE(text::is_utf8(path));
}

TEST(CheckedCheckoutPath, TakesWhatAServerKeepsAsItIs) {
  for (const char* const path : {"a", "film/shot 010", "Größe/ä b", ".hidden/x"})
    EXPECT_EQ(*checked_checkout_path(path), path);
  EXPECT_EQ(*checked_checkout_path("film/shot//"), "film/shot");
}

TEST(CheckedCheckoutPath, RefusesWhatAServerWouldRefuseOrChange) {
  for (const std::string& path :
       {std::string("/"), std::string("/abs/x"), std::string("../x"), std::string("a/./b"),
        std::string("x//y"), std::string("film\\shot"), std::string("a\nb"), std::string("caf\xe9"),
        std::string(300, 'n'), std::string(".KEPT/x"), std::string("a/.Shaman-Maker"),
        std::string("a:b")}) {
    const auto checked = checked_checkout_path(path);
    ASSERT_FALSE(checked) << path;
    EXPECT_EQ(checked.error().code, errc::invalid_argument);
  }
}

}  // namespace
}  // namespace shaman::client
