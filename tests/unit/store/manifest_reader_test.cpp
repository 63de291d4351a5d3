// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/manifest_reader.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kSha(64, 'a');

std::string file(const std::string& path) {
  return "{\"path\":\"" + path + "\",\"sha\":\"" + kSha + "\",\"size\":7}";
}

TEST(ManifestReader, NamesEachFileOnce) {
  std::vector<std::string> paths;
  const auto take = [&](const std::string& path, const BlobId& id) {
    EXPECT_EQ(id, (BlobId{*Digest::from_hex(kSha), 7}));
    paths.push_back(path);
  };
  EXPECT_TRUE(read_manifest("[\n" + file("a") + ",\n" + file("b\\\"c\\\\d") + "\n]\n", take));
  EXPECT_THAT(paths, ElementsAre("a", "b\"c\\d"));
  paths.clear();
  EXPECT_TRUE(read_manifest("[\n]\n", take));
  EXPECT_THAT(paths, IsEmpty());
}

TEST(ManifestReader, TakesNothingElseForAManifest) {
  for (const std::string& text :
       {std::string(), std::string("[\n"), std::string("[\n]"), "[\n" + file("a") + "\n",
        "[\n" + file("a") + ",\n]\n", "[\n" + file("a") + "\n" + file("b") + "\n]\n",
        "[\n,\n" + file("a") + "\n]\n", "[\n" + file("a") + "\n]\n]\n",
        "[\n" + file("a") + "\n]\nx", std::string("[\n{\"path\":\"a\"}\n]\n")})
    EXPECT_FALSE(read_manifest(text, [](const std::string&, const BlobId&) {})) << text;
}

}  // namespace
}  // namespace shaman
