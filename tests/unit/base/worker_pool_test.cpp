// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/worker_pool.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#ifdef __linux__
#include <sys/resource.h>
#endif

#include <gtest/gtest.h>

namespace shaman {
namespace {

// Lets all through once as many have come. Not std::latch: on Windows GCC 12's misses wake-ups, and
// waits for ever (GCC bug 106183).
class Gate {
 public:
  explicit Gate(int count) : left_(count) {}
  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    if (--left_ == 0) all_here_.notify_all();
    all_here_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_here_;
  int left_;
};

TEST(WorkerPool, RunsWhatWasQueuedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(3);
    for (int i = 0; i < 100; ++i)
      pool.post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(WorkerPool, ClientsTakeTurns) {
  std::vector<std::string> order;
  {
    WorkerPool pool(1);
    std::promise<void> go_on;
    pool.post([&, may_go_on = go_on.get_future().share()] { may_go_on.wait(); });
    for (int i = 0; i < 1000; ++i) {
      const WorkerPool::OnBehalfOf scope("mallory");
      pool.post([&] { order.emplace_back("mallory"); });
    }
    for (int i = 0; i < 2; ++i) {
      const WorkerPool::OnBehalfOf scope("anna");
      pool.post([&] { order.emplace_back("anna"); });
    }
    go_on.set_value();
  }
  ASSERT_EQ(order.size(), 1002U);
  EXPECT_EQ(order[1], "anna");
  EXPECT_EQ(order[3], "anna");
}

TEST(WorkerPool, OneClientLeavesAThreadForOthers) {
  std::promise<void> end;
  const auto may_end = end.get_future().share();
  std::atomic<int> running = 0;
  std::promise<void> done;
  // Last, so that its jobs end before what they use.
  WorkerPool pool(4);
  for (int i = 0; i < 10; ++i) {
    const WorkerPool::OnBehalfOf scope("mallory");
    pool.post([&] {
      ++running;
      may_end.wait();
    });
  }
  {
    const WorkerPool::OnBehalfOf scope("anna");
    pool.post([&] { done.set_value(); });
  }
  done.get_future().wait();
  EXPECT_LE(running, 3);
  end.set_value();
}

TEST(WorkerPool, WhatAJobPostsIsItsClients) {
  std::vector<std::string> order;
  {
    WorkerPool pool(1);
    std::promise<void> go_on;
    pool.post([&, may_go_on = go_on.get_future().share()] { may_go_on.wait(); });
    {
      const WorkerPool::OnBehalfOf scope("mallory");
      pool.post([&] {
        for (int i = 0; i < 3; ++i)
          pool.post([&] { order.emplace_back("mallory"); });
        const WorkerPool::OnBehalfOf other("anna");
        pool.post([&] { order.emplace_back("anna"); });
      });
    }
    go_on.set_value();
  }
  ASSERT_EQ(order.size(), 4U);
  EXPECT_EQ(order[1], "anna");
}

TEST(WorkerPool, StartsAThreadOnlyWhereAllOthersAreAtWork) {
  WorkerPool pool(3);
  EXPECT_EQ(pool.threads(), 3U);
  EXPECT_EQ(pool.started(), 1U);
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  for (std::size_t jobs = 1; jobs <= 5; ++jobs) {
    std::promise<void> begun;
    pool.post([&begun, ended] {
      begun.set_value();
      ended.wait();
    });
    if (jobs > 3) {
      EXPECT_EQ(pool.started(), 3U);
      end.set_value();
      begun.get_future().wait();
      break;
    }
    begun.get_future().wait();
    EXPECT_EQ(pool.started(), jobs);
  }
}

TEST(WorkerPool, ParallelForVisitsEachIndexOnce) {
  WorkerPool pool(4);
  std::vector<std::atomic<int>> visits(1000);
  pool.parallel_for(visits.size(), 7, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      ++visits[i];
  });
  for (const std::atomic<int>& count : visits)
    EXPECT_EQ(count, 1);
}

TEST(WorkerPool, ParallelForFromAllItsOwnThreadsAtOnceEnds) {
  WorkerPool pool(2);
  std::atomic<int> visits = 0;
  const auto all = std::make_shared<Gate>(3);
  for (int i = 0; i < 2; ++i) {
    pool.post([&, all] {
      pool.parallel_for(100, 1, [&](std::size_t, std::size_t) { ++visits; });
      all->arrive_and_wait();
    });
  }
  all->arrive_and_wait();
  EXPECT_EQ(visits, 200);
}

// Each job waits for all the others: with one thread left asleep it would never end.
TEST(WorkerPool, UsesAllThreadsForJobsThatBlock) {
  constexpr int kThreads = 8;
  WorkerPool pool(kThreads);
  for (int round = 0; round < 200; ++round) {
    const auto all = std::make_shared<Gate>(kThreads + 1);
    for (int i = 0; i < kThreads; ++i)
      pool.post([all] { all->arrive_and_wait(); });
    all->arrive_and_wait();
  }
}

#ifdef __linux__
// setpriority(2): in Linux each thread has a nice value of its own.
int nice_of_this_thread() {
  return ::getpriority(PRIO_PROCESS, 0);
}

TEST(WorkerPool, LowPriorityLetsOthersComeFirst) {
  std::promise<int> of_normal;
  std::promise<int> of_low;
  WorkerPool normal(1);
  WorkerPool low(1, WorkerPool::Priority::low);
  normal.post([&] { of_normal.set_value(nice_of_this_thread()); });
  low.post([&] { of_low.set_value(nice_of_this_thread()); });
  EXPECT_EQ(of_normal.get_future().get(), nice_of_this_thread());
  if (nice_of_this_thread() == 19) GTEST_SKIP() << "nothing is lower than the test itself";
  EXPECT_GT(of_low.get_future().get(), nice_of_this_thread());
}
#endif

TEST(WorkerPool, ParallelForOfNothingReturns) {
  WorkerPool pool(1);
  pool.parallel_for(0, 1, [](std::size_t, std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace shaman
