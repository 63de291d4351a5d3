// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace shaman::program {

/// Turns SIGTERM and SIGINT into a call; the second one ends the program at once. Make it before
/// any other thread, as these inherit that the signals are not theirs.
class SignalWatcher {
 public:
  SignalWatcher();
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  /// Starts watching. A signal that came before counts.
  void start(std::function<void(int signal)> on_first);

 private:
  void watch(const std::function<void(int)>& on_first);
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace shaman::program
