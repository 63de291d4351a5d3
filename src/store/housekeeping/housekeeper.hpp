// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace shaman {

/// A thread that does small things from time to time.
class Housekeeper {
 public:
  /// Calls `tick` about every `period` until it is destroyed; with a period of 0 never.
  Housekeeper(std::chrono::milliseconds period, std::function<void()> tick);
  ~Housekeeper();
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

 private:
  void run(std::chrono::milliseconds period);

  std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace shaman
