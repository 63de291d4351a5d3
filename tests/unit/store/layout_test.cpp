// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/layout.hpp"

#include <gtest/gtest.h>

namespace shaman::layout {
namespace {

const std::string kHex = "0a" + std::string(61, 'b') + "c";

TEST(Layout, PlacesBlobsAsTheGoServerDoes) {
  const BlobPlace place({*Digest::from_hex(kHex), 4096});
  EXPECT_EQ(place.folder, "0a/" + kHex.substr(2));
  EXPECT_EQ(place.file, "4096.blob");
  EXPECT_EQ(place.shard(), "0a");
  EXPECT_EQ(place.rest(), kHex.substr(2));
}

TEST(Layout, LinksLeadBackToTheStorageFolder) {
  EXPECT_EQ(link_text({*Digest::from_hex(kHex), 0}, 2),
            "../../file-store/stored/0a/" + kHex.substr(2) + "/0.blob");
}

}  // namespace
}  // namespace shaman::layout
