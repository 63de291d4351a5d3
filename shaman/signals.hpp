// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace shaman::program {

/// Turns SIGTERM, SIGINT and SIGHUP into calls; the second one that ends ends the program at once.
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

  /// Starts watching. A signal that came before counts.
  void start(Actions actions);

 private:
  void watch(const Actions& actions);
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace shaman::program
