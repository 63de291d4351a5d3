// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <ucontext.h>

namespace shaman::sim {

/// Chance that a seed repeats exactly, on any machine: no distribution of the standard library,
/// which each implementation does in its own way.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  /// 0 to `below` - 1.
  std::uint64_t number(std::uint64_t below) { return below == 0 ? 0 : engine_() % below; }
  bool one_in(std::uint64_t count) { return number(count) == 0; }
  std::uint64_t any() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// Runs several actors on one thread, each on a stack of its own. Whose turn it is after a call of
/// yield() is chosen by chance. One thread at a time.
class Scheduler {
 public:
  explicit Scheduler(Chance& chance) : chance_(chance) {}
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void spawn(std::function<void()> actor);
  /// Until all have ended.
  void run();
  /// Lets others go on. Does nothing outside of an actor.
  void yield();
  /// Which way was taken so far: equal for equal schedules.
  [[nodiscard]] std::uint64_t fingerprint() const noexcept { return fingerprint_; }
  [[nodiscard]] int current() const noexcept { return current_; }

 private:
  struct Fiber {
    ucontext_t context{};
    std::unique_ptr<char[]> stack;
    std::function<void()> actor;
    bool has_ended = false;
  };
  static void begin(unsigned high, unsigned low);
  [[nodiscard]] int choose();

  Chance& chance_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  ucontext_t main_{};
  int current_ = -1;
  std::size_t running_ = 0;
  std::uint64_t fingerprint_ = 14695981039346656037U;
};

}  // namespace shaman::sim
