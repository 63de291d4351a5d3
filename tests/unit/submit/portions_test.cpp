// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/portions.hpp"

#include <future>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>

namespace shaman::client {
namespace {

constexpr Portions::Sizes kSizes{10, 1000, 4};

class PortionsTest : public testing::Test {
 protected:
  void read(std::size_t count, std::uint64_t bytes = 1) {
    for (std::size_t i = 0; i < count; ++i)
      portions.add_read(next++, bytes);
  }

  Portions portions{kSizes};
  std::size_t next = 0;
};

TEST_F(PortionsTest, AreAsLargeAsTheyMustBe) {
  read(9);
  EXPECT_THAT(portions.take_if_due(), testing::IsEmpty());
  read(1);
  EXPECT_EQ(portions.take_if_due().size(), 10U);
  EXPECT_THAT(portions.take_if_due(), testing::IsEmpty());
}

TEST_F(PortionsTest, GrowUpToABound) {
  for (const std::size_t size : {10, 20, 40, 40, 40}) {
    read(size - 1);
    EXPECT_THAT(portions.take_if_due(), testing::IsEmpty());
    read(1);
    EXPECT_EQ(portions.take_if_due().size(), size);
  }
}

TEST_F(PortionsTest, AFewLargeFilesAreOne) {
  read(1, 999);
  EXPECT_THAT(portions.take_if_due(), testing::IsEmpty());
  read(1, 1);
  EXPECT_EQ(portions.take_if_due().size(), 2U);
}

TEST_F(PortionsTest, ManyFilesAreFewPortions) {
  Portions many;
  std::size_t count = 0;
  for (std::size_t i = 0; i < 1'000'000; ++i) {
    many.add_read(i, 1);
    if (!many.take_if_due().empty()) ++count;
  }
  EXPECT_LT(count, 130U);
}

TEST_F(PortionsTest, WhatTheCacheKnowsGoesWithTheFirst) {
  std::vector<std::size_t> known(1000);
  std::iota(known.begin(), known.end(), std::size_t{100});
  portions.add_known(known);
  read(9);
  EXPECT_THAT(portions.take_if_due(), testing::IsEmpty());
  read(1);
  const std::vector<std::size_t> first = portions.take_if_due();
  EXPECT_EQ(first.size(), 1010U);
  EXPECT_TRUE(std::ranges::is_sorted(first));
}

TEST_F(PortionsTest, WhatIsKnownWholeIsOne) {
  const std::vector<std::size_t> known{3, 1, 2};
  portions.add_known(known);
  EXPECT_THAT(portions.take_if_due(), testing::IsEmpty());
  portions.end();
  EXPECT_THAT(portions.take(), testing::Optional(testing::ElementsAre(1, 2, 3)));
  EXPECT_EQ(portions.take(), std::nullopt);
}

TEST_F(PortionsTest, TheRestIsTheLast) {
  read(13);
  EXPECT_EQ(portions.take()->size(), 10U);
  portions.end();
  EXPECT_EQ(portions.take()->size(), 3U);
  EXPECT_EQ(portions.take(), std::nullopt);
}

TEST_F(PortionsTest, ASmallRestIsNotAPortionOfItsOwn) {
  read(19);
  portions.end();
  EXPECT_EQ(portions.take()->size(), 19U);
  EXPECT_EQ(portions.take(), std::nullopt);
}

TEST_F(PortionsTest, ThoseOfAServerThatAnswersLateAreNotLarger) {
  read(60);
  portions.end();
  EXPECT_EQ(portions.take()->size(), 10U);
  EXPECT_EQ(portions.take()->size(), 20U);
  EXPECT_EQ(portions.take()->size(), 30U);
  EXPECT_EQ(portions.take(), std::nullopt);
}

TEST_F(PortionsTest, NoneFollowsOnceTheyAreAbandoned) {
  read(10);
  portions.abandon();
  EXPECT_EQ(portions.take(), std::nullopt);
}

TEST_F(PortionsTest, AWaitEndsWithAPortionWithTheEndAndWithNobodyToAsk) {
  using Take = std::future<std::optional<std::vector<std::size_t>>>;
  const auto take = [this] { return std::async([this] { return portions.take(); }); };
  Take waiting = take();
  read(10);
  EXPECT_EQ(waiting.get()->size(), 10U);
  waiting = take();
  portions.end();
  EXPECT_EQ(waiting.get(), std::nullopt);

  Portions others(kSizes);
  waiting = std::async([&] { return others.take(); });
  others.abandon();
  EXPECT_EQ(waiting.get(), std::nullopt);
}

}  // namespace
}  // namespace shaman::client
