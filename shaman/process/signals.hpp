// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace shaman::program {

/// Turns SIGTERM, SIGINT and SIGHUP into calls. A second SIGTERM or SIGINT ends the program at
/// once, as does the first one before start(). Make it before any other thread, because threads
/// inherit the blocked signals.
class SignalWatcher {
 public:
  /// The calls, on the watcher's own thread.
  struct Actions {
    std::function<void(int signal)> end;
    std::function<void()> hang_up;
  };

  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  /// From now on these are called. An earlier SIGHUP counts.
  void start(Actions actions);
  /// Ends the program with status 0 if it has not ended by then, even if it hangs. From any thread.
  void must_end_within(std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;
  void watch();
  void wake();
  [[nodiscard]] int next_signal();

  std::atomic<bool> ending_{false};
  std::mutex mutex_;  // of the members below
  std::optional<Actions> actions_;
  std::optional<Clock::time_point> deadline_;
  std::thread thread_;
};

}  // namespace shaman::program
