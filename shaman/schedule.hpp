// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace shaman::program {

/// Does something from time to time, on a thread of its own. Stops what is under way when
/// destroyed.
class Schedule {
 public:
  using Job = std::function<void(const std::atomic<bool>& stop)>;

  /// The first time comes soon after the start, so that it is done by a server too that is started
  /// every day. With a period of 0 nothing is ever done. `what` is for the log.
  Schedule(std::string what, std::chrono::seconds period, Job job);
  ~Schedule();
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

 private:
  void run(std::chrono::seconds period);

  const std::string what_;
  const Job job_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace shaman::program
