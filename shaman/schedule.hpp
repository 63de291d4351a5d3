// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace shaman::program {

/// Runs a job from time to time, on its own thread. Stops a running job when destroyed.
class Schedule {
 public:
  using Job = std::function<void(const std::atomic<bool>& stop)>;
  using Period = std::function<std::chrono::milliseconds()>;

  /// The first run is soon after the start, so that a server that is restarted every day also runs
  /// it. With a period of 0 nothing runs. `what` is for the log and for the thread's name, which
  /// has at most 15 bytes.
  Schedule(std::string what, Period period, Job job);
  ~Schedule();
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// The period may have changed.
  void reschedule();
  /// Waits only this long, not until the period's end.
  void run_soon(std::chrono::milliseconds time);
  /// Stops when this is destroyed, like the job's `stop`.
  [[nodiscard]] std::stop_token stop_token() const { return stop_source_.get_token(); }

 private:
  void run();
  bool wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds at_most);

  const std::string what_;
  const Period period_;
  const Job job_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stop_{false};
  bool looks_again_ = false;
  std::optional<std::chrono::steady_clock::time_point> soon_;
  std::stop_source stop_source_;
  std::thread thread_;
};

}  // namespace shaman::program
