// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/usd_crate.hpp"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace shaman::formats {
namespace {

// Written by OpenUSD 26.11: tests/scenes/usd_stage.py.
const std::string kShot = FORMATS_DATA "/shot.usdc";

std::string content_of(const std::string& path) {
  return test::TemporaryFolder::read(path);
}

result<std::vector<NamedFile>> paths(const std::string& content) {
  const auto read_at = [&](std::uint64_t offset, std::span<std::byte> into) {
    const std::string_view rest =
        std::string_view(content).substr(std::min<std::size_t>(offset, content.size()));
    const std::size_t count = rest.copy(reinterpret_cast<char*>(into.data()), into.size());
    return result<std::size_t>(count);
  };
  return crate_paths({"layer.usdc", content.size(), read_at});
}

TEST(UsdCrate, FindsEveryPathThatOpenUsdWrote) {
  const auto found = paths(content_of(kShot));
  ASSERT_TRUE(found) << found.error().message();
  std::vector<std::string> certain;
  for (const NamedFile& file : *found) {
    if (file.is_certain) certain.push_back(file.path);
  }
  EXPECT_THAT(certain,
              testing::UnorderedElementsAre(
                  "../layers/light.usdc", "../layers/gone.usdc", "../assets/chair/chair.usdc",
                  "../assets/lamp/lamp.usdc", "../assets/red/red.usdc", "../assets/blue/blue.usdc",
                  "../tex/wood.png", "../tex/wall.<UDIM>.png", "../tex/gone.png", "../tex/a.png",
                  "../tex/b.png", "../clips/move.###.usdc"));
}

TEST(UsdCrate, SaysOfEveryCutThatItIsDamaged) {
  const std::string whole = content_of(kShot);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto found = paths(whole.substr(0, size));
    ASSERT_FALSE(found) << size;
    EXPECT_EQ(found.error().code, errc::damaged_file) << size;
  }
}

TEST(UsdCrate, NoFlippedByteDoesHarm) {
  const std::string whole = content_of(kShot);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bent = whole;
    bent[at] = static_cast<char>(bent[at] ^ 0xFF);
    const auto found = paths(bent);
    if (!found) {
      EXPECT_THAT(found.error().code, testing::AnyOf(errc::damaged_file, errc::limit_exceeded))
          << at;
    }
  }
}

TEST(UsdCrate, ATableThatClaimsToBeHugeTakesNoMemory) {
  std::string bent = content_of(kShot);
  const std::size_t table = bent.rfind("TOKENS");
  ASSERT_NE(table, std::string::npos);
  std::uint64_t start = 0;
  bent.copy(reinterpret_cast<char*>(&start), 8, table + 16);
  const std::uint64_t huge = std::uint64_t{1} << 40U;
  bent.replace(static_cast<std::size_t>(start) + 8, 8, reinterpret_cast<const char*>(&huge), 8);
  const auto found = paths(bent);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::limit_exceeded);
}

}  // namespace
}  // namespace shaman::formats
