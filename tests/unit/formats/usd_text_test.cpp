// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/usd_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace shaman::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> paths_in(std::string_view layer, std::size_t piece = 1 << 20) {
  UsdText text;
  for (; !layer.empty(); layer.remove_prefix(std::min(piece, layer.size())))
    text.read(layer.substr(0, piece));
  std::vector<std::string> paths;
  for (const NamedFile& file : text.found())
    paths.push_back(file.path);
  return paths;
}

constexpr std::string_view kLayer = R"(#usda 1.0 @comment.usd@
( subLayers = [ @./a.usd@, @../b.usda@ (offset = 1) ] )
def "x" ( prepend references = @@@odd@name.usd@@@</p> )
{
    asset inputs:file = @tex/wood.<UDIM>.png@   # @not.png@
    string note = "@not.png@ \" @nor.png@"
    string other = '''it's @not.png@
'''
    string templateAssetPath = "clip.###.usd"
    string primPath = "/x.usd"
    asset empty = @@
    asset[] many = [@1.png@,@2.png@]
}
)";

TEST(UsdText, FindsAssetPathsAndNothingElse) {
  EXPECT_THAT(paths_in(kLayer),
              ElementsAre("./a.usd", "../b.usda", "odd@name.usd", "tex/wood.<UDIM>.png",
                          "clip.###.usd", "1.png", "2.png"));
}

TEST(UsdText, TheSameInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece < 9; ++piece)
    EXPECT_EQ(paths_in(kLayer, piece), paths_in(kLayer)) << piece;
}

TEST(UsdText, OnlyThreeDelimitersEndWhatThreeBegan) {
  EXPECT_THAT(paths_in("@@@a@@b.usd@@@"), ElementsAre("a@@b.usd"));
  EXPECT_THAT(paths_in(R"(@@@a\@@@b.usd@@@)"), ElementsAre("a@@@b.usd"));
  EXPECT_THAT(paths_in(R"("""a"b""" @c.usd@)"), ElementsAre("c.usd"));
}

TEST(UsdText, ABackslashIsPartOfAPathBetweenSingleDelimiters) {
  EXPECT_THAT(paths_in(R"(@tex\wood.png@ @b.png@)"), ElementsAre("tex\\wood.png", "b.png"));
  EXPECT_THAT(paths_in(R"(@tex\@ @b.png@)"), ElementsAre("tex\\", "b.png"));
}

TEST(UsdText, WhatIsNotClosedOnItsLineIsNoPath) {
  EXPECT_THAT(paths_in("@a.usd\n@b.usd@"), ElementsAre("b.usd"));
  EXPECT_THAT(paths_in("\"open\n@b.usd@"), ElementsAre("b.usd"));
  EXPECT_THAT(paths_in("@a.usd"), IsEmpty());
}

TEST(UsdText, KeepsNoPathLongerThanASystemTakes) {
  const std::string longest = "@" + std::string(1'000'000, 'x') + "@ @b.usd@";
  EXPECT_THAT(paths_in(longest), ElementsAre("b.usd"));
}

}  // namespace
}  // namespace shaman::formats
