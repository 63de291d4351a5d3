// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "shaman/fs.hpp"
#include "shaman/gc.hpp"

namespace shaman::program {

/// Collects garbage from time to time, on a thread of its own, and logs what came of it. Stops a
/// run that is under way when destroyed.
class GcSchedule {
 public:
  /// The first run comes soon after the start, so that a server that is started every day still
  /// collects. With a period of 0 nothing is ever done. The file system must outlive it.
  GcSchedule(fs::FileSystem& file_system, std::string root, std::chrono::seconds period,
             GcOptions options);
  ~GcSchedule();
  GcSchedule(const GcSchedule&) = delete;
  GcSchedule& operator=(const GcSchedule&) = delete;

 private:
  void run(std::chrono::seconds period);
  void collect();

  fs::FileSystem& file_system_;
  const std::string root_;
  GcOptions options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace shaman::program
