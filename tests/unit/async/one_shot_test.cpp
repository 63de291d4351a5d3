// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/one_shot.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "async/run_on.hpp"

namespace shaman::http {
namespace {

TEST(HandoffGuard, WaitsForHandoffsWhenTheContextEnds) {
  auto io = std::make_unique<asio::io_context>();
  std::atomic<bool> is_inside = false;
  std::atomic<bool> is_out = false;
  std::thread other([&] {
    {
      const HandoffGuard::Handoff handoff(HandoffGuard::of(*io));
      is_inside = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      is_out = true;
    }
  });
  while (!is_inside)
    std::this_thread::yield();
  io.reset();
  EXPECT_TRUE(is_out);
  other.join();
}

template <class Wait>
void run_until_done(asio::io_context& io, const Strand& strand, Wait wait) {
  std::exception_ptr failure;
  asio::co_spawn(strand, wait(), [&](const std::exception_ptr& thrown) { failure = thrown; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

TEST(OneShot, IsTakenWhileItsGiverIsStillOnTheWayOut) {
  asio::io_context io;
  const Strand strand = asio::make_strand(io);
  OneShot<int> given(strand);
  std::atomic<bool> is_taken = false;
  std::thread giver([&io, &is_taken, told = given]() mutable {
    const HandoffGuard::Handoff still_here(HandoffGuard::of(io));
    told.set(7);
    while (!is_taken)
      std::this_thread::yield();
  });
  int got = 0;
  run_until_done(io, strand, [&]() -> Task<> {
    got = co_await given.get();
    is_taken = true;
  });
  EXPECT_EQ(got, 7);
  giver.join();
}

TEST(RunOn, GivesWhatTheWorkReturnsOrThrows) {
  asio::io_context io;
  WorkerPool pool(2);
  const Strand strand = asio::make_strand(io);
  int sum = 0;
  const auto wait = [&]() -> Task<> {
    for (int i = 0; i < 100; ++i)
      sum += co_await run_on(pool, strand, [&] { return i; });
    co_await run_on(pool, strand, []() -> int { throw std::runtime_error("no"); });
  };
  EXPECT_THROW(run_until_done(io, strand, wait), std::runtime_error);
  EXPECT_EQ(sum, 4950);
}

}  // namespace
}  // namespace shaman::http
