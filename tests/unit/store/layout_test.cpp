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

TEST(Layout, FindsTheBlobThatAPathLeadsTo) {
  const BlobId id{Sha256::of("content"), 4096};
  const BlobPlace place(id);
  const std::string tail = place.folder + "/" + place.file;
  for (const std::string& path :
       {link_text(id, 3), "stored/" + tail, "/srv/shaman/file-store/stored/" + tail,
        "../stored//" + place.folder + "/./" + place.file})
    EXPECT_EQ(blob_of_path(path), id) << path;
}

TEST(Layout, OtherPathsLeadToNoBlob) {
  const BlobPlace place(BlobId{Sha256::of("content"), 7});
  const std::string hex = Sha256::of("content").hex();
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("7.blob"), place.folder + "/7.blob",
        "elsewhere/" + place.folder + "/7.blob", "stored/" + place.folder + "/07.blob",
        "stored/" + place.folder + "/.blob", "stored/" + place.folder + "/7.blob.tmp",
        "stored/" + place.folder + "/-7.blob", "stored/" + place.folder,
        "stored/" + hex + "/7.blob", "stored/" + place.folder + "/99999999999999999999.blob",
        "stored/" + place.folder.substr(0, 60) + "/7.blob"})
    EXPECT_FALSE(blob_of_path(path)) << path;
}

TEST(Layout, TrashNamesLeadBackToTheirBlobs) {
  const BlobId id{Sha256::of("content"), 12};
  EXPECT_EQ(blob_of_trash_name(trash_name(id)), id);
  EXPECT_FALSE(blob_of_trash_name("content-12"));
  EXPECT_FALSE(blob_of_trash_name(id.digest.hex()));
  EXPECT_FALSE(blob_of_trash_name(id.digest.hex() + "-"));
}

}  // namespace
}  // namespace shaman::layout
