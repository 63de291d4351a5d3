// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/group_flush.hpp"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace shaman {
namespace {

namespace errors = boost::system::errc;

TEST(GroupFlushTest, FlushesOnceForAllThatWaited) {
  GroupFlush group;
  std::atomic<int> flushes{0};
  std::atomic<int> come{0};
  constexpr int kThreads = 16;
  std::latch first_flushes(1);
  const auto flush = [&]() -> fs::result<void> {
    // The first flush lasts until all others have come.
    if (flushes++ == 0) {
      first_flushes.count_down();
      while (come < kThreads)
        std::this_thread::yield();
    }
    return {};
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      if (i > 0) first_flushes.wait();
      ++come;
      EXPECT_TRUE(group.run(flush));
    });
  threads.clear();
  // Who comes between counting itself and its call to run() may need one more.
  EXPECT_GE(flushes, 2);
  EXPECT_LE(flushes, kThreads);
}

TEST(GroupFlushTest, WhoComesDuringAFlushWaitsForTheNext) {
  GroupFlush group;
  int flushes = 0;
  std::latch begun(1);
  std::latch may_end(1);
  std::thread first([&] {
    EXPECT_TRUE(group.run([&]() -> fs::result<void> {
      ++flushes;
      begun.count_down();
      may_end.wait();
      return {};
    }));
  });
  begun.wait();
  std::thread second([&] {
    EXPECT_TRUE(group.run([&]() -> fs::result<void> {
      ++flushes;
      return {};
    }));
  });
  may_end.count_down();
  first.join();
  second.join();
  EXPECT_EQ(flushes, 2);
}

TEST(GroupFlushTest, NothingSucceedsAfterAFailure) {
  GroupFlush group;
  const auto fails = [] { return fs::result<void>(errors::make_error_code(errors::io_error)); };
  const auto succeeds = [] { return fs::result<void>(); };
  EXPECT_TRUE(group.run(succeeds));
  EXPECT_EQ(group.run(fails).error(), errors::io_error);
  EXPECT_EQ(group.run(succeeds).error(), errors::io_error);
}

}  // namespace
}  // namespace shaman
