// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/checkout_path.hpp"

#include <gtest/gtest.h>

namespace shaman::protocol {
namespace {

// What storages that do not tell cases apart, Windows among them, take for the server's own names.
constexpr const char* kOwn[] = {".shaman-maker",      ".Shaman-Maker",      ".SHAMAN-CHECKOUT",
                                ".shaman-reusable.",  ".shaman-maker. .",   ".shaman-maker:stream",
                                ".SHAMAN-ID-0",       ".Shaman-New-1",      ".shaman-PROBE-1",
                                ".\u017fhaman-maker", ".shaman-ma\u212aer", ".sha\u200bman-maker"};

TEST(CheckoutPath, NoSpellingOfAReservedNameIsTaken) {
  for (const std::string name : kOwn) {
    EXPECT_TRUE(is_reserved_name(name)) << name;
    EXPECT_FALSE(name.find(':') == name.npos && checkout_path(name)) << name;
    EXPECT_FALSE(name.find(':') == name.npos && checkout_path("film/" + name + "/x")) << name;
  }
  for (const char* const kept : {".kept", ".KEPT/x", ".Kept.", ".kept /film", ".\u212aept"})
    EXPECT_FALSE(checkout_path(kept)) << kept;
}

TEST(CheckoutPath, OtherNamesAreNobodysButTheUsers) {
  for (const char* const name : {".shaman", ".shaman-project", ".shaman-makers", "shaman-maker",
                                 "x.shaman-maker", ".keptx", "film/.kept", "kept"}) {
    const auto path = checkout_path(name);
    ASSERT_TRUE(path) << path.error().message();
    EXPECT_EQ(*path, name);
  }
}

TEST(CheckoutPath, TheSlashesOfACompletedFolderNameAreLeftOut) {
  EXPECT_EQ(without_last_slashes("film/shot/"), "film/shot");
  EXPECT_EQ(without_last_slashes("film/shot//"), "film/shot");
  EXPECT_EQ(without_last_slashes("/film"), "/film");
  EXPECT_EQ(without_last_slashes("/"), "");
  EXPECT_EQ(without_last_slashes(""), "");
}

}  // namespace
}  // namespace shaman::protocol
