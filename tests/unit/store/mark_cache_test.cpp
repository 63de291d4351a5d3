// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/mark_cache.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace shaman {
namespace {

using namespace std::chrono_literals;

BlobId blob(int number) {
  const std::string text = std::to_string(number);
  return {Sha256::of(text), text.size()};
}

const fs::Time kTime{1000h};

TEST(MarkCache, RemembersTheLatestMark) {
  MarkCache cache(1000);
  EXPECT_FALSE(cache.find(blob(1)));
  cache.insert(blob(1), kTime);
  EXPECT_EQ(cache.find(blob(1)), kTime);
  cache.insert(blob(1), kTime + 1h);
  EXPECT_EQ(cache.find(blob(1)), kTime + 1h);
  EXPECT_EQ(cache.size(), 1U);
  cache.erase(blob(1));
  EXPECT_FALSE(cache.find(blob(1)));
}

TEST(MarkCache, TellsSizesApart) {
  MarkCache cache(1000);
  BlobId other = blob(1);
  other.size += 1;
  cache.insert(blob(1), kTime);
  EXPECT_FALSE(cache.find(other));
}

TEST(MarkCache, StaysWithinItsBounds) {
  constexpr int kCapacity = 3200;
  MarkCache cache(kCapacity);
  for (int i = 0; i < 10 * kCapacity; ++i)
    cache.insert(blob(i), kTime);
  EXPECT_LE(cache.size(), std::size_t{kCapacity});
  EXPECT_GE(cache.size(), std::size_t{kCapacity} / 3);
  EXPECT_TRUE(cache.find(blob(10 * kCapacity - 1)));
  EXPECT_FALSE(cache.find(blob(0)));
}

TEST(MarkCache, KeepsWhatIsAskedFor) {
  constexpr int kCapacity = 3200;
  MarkCache cache(kCapacity);
  cache.insert(blob(-1), kTime);
  for (int i = 0; i < 10 * kCapacity; ++i) {
    cache.insert(blob(i), kTime);
    ASSERT_TRUE(cache.find(blob(-1))) << i;
  }
}

TEST(MarkCache, MayRememberNothing) {
  MarkCache cache(0);
  cache.insert(blob(1), kTime);
  EXPECT_FALSE(cache.find(blob(1)));
}

}  // namespace
}  // namespace shaman
