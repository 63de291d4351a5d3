// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/ring.hpp"

#include <numeric>

#include <gmock/gmock.h>

namespace shaman::client {
namespace {

using testing::ElementsAre;

constexpr std::size_t kWhole = 1000;

std::vector<UploadItem> ring_items(std::vector<std::size_t> payloads, std::uint64_t size = 10) {
  std::vector<UploadItem> items;
  for (const std::size_t payload : payloads)
    items.push_back({size,
                     {payload, UploadFsm({}, [] { return 0.0; }, "x", {{}, size}), false, {}, 0},
                     {{}, size}});
  return items;
}

std::vector<std::size_t> take_from(Ring& ring, std::size_t files, std::uint64_t bytes = kWhole) {
  std::vector<std::size_t> payloads;
  for (const UploadJob& job : ring.take(files, bytes))
    payloads.push_back(job.payload);
  return payloads;
}

TEST(Ring, GoesRoundFromAnyPlace) {
  Ring ring;
  ring.add(ring_items({0, 1, 2, 3, 4}));
  ring.jump(0.6);
  EXPECT_THAT(take_from(ring, 1), ElementsAre(3));
  EXPECT_THAT(take_from(ring, kWhole), ElementsAre(4, 0, 1, 2));
  EXPECT_THAT(take_from(ring, kWhole), ElementsAre());
}

TEST(Ring, TakesSoManyFilesOrBytesButOneAtLeast) {
  Ring ring;
  ring.add(ring_items({0, 1, 2, 3, 4, 5}));
  EXPECT_THAT(take_from(ring, 2), ElementsAre(0, 1));
  EXPECT_THAT(take_from(ring, kWhole, 11), ElementsAre(2, 3));
  EXPECT_THAT(take_from(ring, kWhole, 0), ElementsAre(4));
}

TEST(Ring, AddsBehindAllOthersWhereverItIs) {
  Ring ring;
  ring.add(ring_items({0, 1, 2}));
  ring.jump(0.4);
  ring.add(ring_items({3, 4}));
  EXPECT_THAT(take_from(ring, kWhole), ElementsAre(1, 2, 0, 3, 4));
}

TEST(Ring, GivesNextWhatIsPutNext) {
  Ring ring;
  ring.put_next(ring_items({}));
  ring.put_next(ring_items({0, 1}));
  ring.jump(0.5);
  ring.put_next(ring_items({2, 3}));
  EXPECT_THAT(take_from(ring, kWhole), ElementsAre(2, 3, 1, 0));
}

TEST(Ring, JumpsToItsEndAndWhenItIsEmpty) {
  Ring ring;
  ring.jump(0.5);
  ring.add(ring_items({0, 1}));
  ring.jump(1);
  EXPECT_THAT(take_from(ring, kWhole), ElementsAre(0, 1));
}

TEST(Ring, KnowsWhatIsLeft) {
  Ring ring;
  ring.add(ring_items({0, 1}, 10));
  ring.put_next(ring_items({2}, 5));
  EXPECT_EQ(ring.size(), 3U);
  EXPECT_EQ(ring.bytes(), 25U);
  static_cast<void>(ring.take(2, kWhole));
  EXPECT_EQ(ring.size(), 1U);
  EXPECT_EQ(ring.bytes(), 10U);
  EXPECT_TRUE(ring.has(1));
  EXPECT_FALSE(ring.has(2));
}

std::vector<std::size_t> sample_of(const Ring& ring, std::size_t count) {
  std::vector<std::size_t> payloads;
  for (const Ring::Sampled& sampled : ring.sample(count))
    payloads.push_back(sampled.payload);
  return payloads;
}

TEST(Ring, SamplesAllParts) {
  Ring ring;
  EXPECT_THAT(sample_of(ring, 3), ElementsAre());
  ring.add(ring_items({0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_THAT(sample_of(ring, 3), ElementsAre(0, 3, 6));
  ring.jump(0.5);
  EXPECT_THAT(sample_of(ring, 3), ElementsAre(4, 7, 2));
  EXPECT_THAT(sample_of(ring, 100), ElementsAre(4, 5, 6, 7, 0, 1, 2, 3));
}

TEST(Ring, GoesNoFurtherThanTakesLong) {
  Ring ring;
  std::vector<std::size_t> payloads(3 * Ring::kFarthest);
  std::iota(payloads.begin(), payloads.end(), std::size_t{0});
  ring.add(ring_items(payloads));
  EXPECT_LT(sample_of(ring, 10).back(), Ring::kFarthest);
  ring.jump(1);
  EXPECT_THAT(take_from(ring, 1), ElementsAre(Ring::kFarthest));
}

}  // namespace
}  // namespace shaman::client
