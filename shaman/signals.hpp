// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace shaman::program {

/// Turns SIGTERM, SIGINT and SIGHUP into calls; the second one that ends ends the program at once,
/// as does the first one before start().
/// Make it before any other thread, as these inherit that the signals are not theirs.
class SignalWatcher {
 public:
  /// What is done, on the watcher's own thread.
  struct Actions {
    std::function<void(int signal)> end;
    std::function<void()> hang_up;
  };

  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  /// From now on these are done. A SIGHUP that came before counts.
  void start(Actions actions);
  /// Ends the program with status 0 if it has not ended by then, whatever hangs. From any thread.
  void must_end_within(std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;
  void watch();
  void wake();
  [[nodiscard]] int next_signal();

  std::atomic<bool> ending_{false};
  std::mutex mutex_;  // of what follows
  std::optional<Actions> actions_;
  std::optional<Clock::time_point> deadline_;
  std::thread thread_;
};

}  // namespace shaman::program
