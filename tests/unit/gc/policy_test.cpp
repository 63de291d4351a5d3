// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/policy.hpp"

#include <gtest/gtest.h>

namespace shaman {
namespace {

using std::chrono::hours;

fs::Time at(int hour) {
  return fs::Time(hours(hour));
}

FoundBlob blob(int number, std::uint64_t bytes, int hour) {
  return {BlobId{Sha256::of(std::to_string(number)), bytes}, bytes, at(hour)};
}

std::vector<std::uint64_t> sizes(const std::vector<FoundBlob>& blobs) {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(blobs.size());
  for (const FoundBlob& found : blobs)
    sizes.push_back(found.bytes);
  return sizes;
}

const std::vector<FoundBlob> kUnused{blob(1, 30, 5), blob(2, 10, 2), blob(3, 20, 3)};
constexpr fs::Space kPlenty{1'000'000, 1'000'000};

TEST(GcPolicy, AgeTakesWhatIsOlder) {
  const auto victims = choose_victims({}, {100, kPlenty}, kUnused, at(3));
  EXPECT_EQ(sizes(victims), std::vector<std::uint64_t>{10});
}

TEST(GcPolicy, SizeTakesTheLeastRecentlyUsedUntilItFits) {
  GcOptions options;
  options.max_store_size = 75;
  EXPECT_EQ(sizes(choose_victims(options, {100, kPlenty}, kUnused, at(0))),
            (std::vector<std::uint64_t>{10, 20}));
  options.max_store_size = 100;
  EXPECT_TRUE(choose_victims(options, {100, kPlenty}, kUnused, at(0)).empty());
  options.max_store_size = 1;
  EXPECT_EQ(choose_victims(options, {100, kPlenty}, kUnused, at(0)).size(), 3U);
}

TEST(GcPolicy, FreeSpaceTakesUntilThereIsEnough) {
  GcOptions options;
  options.min_free_space = 115;
  EXPECT_EQ(sizes(choose_victims(options, {100, {100, 9}}, kUnused, at(0))),
            (std::vector<std::uint64_t>{10, 20}));
}

TEST(GcPolicy, FreeInodesTakeUntilThereAreEnough) {
  GcOptions options;
  options.min_free_inodes = 3;
  EXPECT_EQ(sizes(choose_victims(options, {100, {100, 1}}, kUnused, at(0))),
            (std::vector<std::uint64_t>{10}));
  EXPECT_TRUE(choose_victims(options, {100, {100, UINT64_MAX}}, kUnused, at(0)).empty());
}

TEST(GcPolicy, GoesBySpaceOnlyWhereItIsAskedTo) {
  GcOptions options;
  EXPECT_FALSE(goes_by_space(options));
  EXPECT_FALSE(is_short_of_space(options, {0, 0}));
  options.min_free_inodes = 1;
  EXPECT_TRUE(goes_by_space(options));
  EXPECT_TRUE(is_short_of_space(options, {0, 0}));
}

TEST(GcPolicy, AShortfallIsWhatTheGoalsLack) {
  GcOptions options;
  EXPECT_FALSE(shortfall_of(options, {100, {0, 0}}).is_any());
  options.max_store_size = 90;
  options.min_free_space = 50;
  options.min_free_inodes = 3;
  EXPECT_FALSE(shortfall_of(options, {90, {50, 3}}).is_any());
  const GcShortfall missed = shortfall_of(options, {100, {20, 1}});
  EXPECT_EQ(missed.store_bytes, 10U);
  EXPECT_EQ(missed.free_bytes, 30U);
  EXPECT_EQ(missed.free_inodes, 2U);
}

}  // namespace
}  // namespace shaman
