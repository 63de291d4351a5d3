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

/// Does something from time to time, on a thread of its own. Stops what is under way when
/// destroyed.
class Schedule {
 public:
  using Job = std::function<void(const std::atomic<bool>& stop)>;
  using Period = std::function<std::chrono::milliseconds()>;

  /// The first time comes soon after the start, so that it is done by a server too that is started
  /// every day. While the period is 0 nothing is done. `what` is for the log and the thread, whose
  /// name has 15 bytes at most.
  Schedule(std::string what, Period period, Job job);
  ~Schedule();
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// The period may be another one from now on.
  void reschedule();
  /// Not to wait for the period's end, but only this long.
  void run_soon(std::chrono::milliseconds time);
  /// Stops when this is being destroyed, as the job's `stop` does.
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
