// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/housekeeper.hpp"

#include <utility>

#include "shaman/os.hpp"

namespace shaman {

Housekeeper::Housekeeper(std::chrono::milliseconds period, std::function<void()> tick)
    : tick_(std::move(tick)) {
  if (period.count() > 0)
    thread_ = std::thread([this, period] {
      os::name_this_thread("housekeeping");
      run(period);
    });
}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run(std::chrono::milliseconds period) {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, period, [this] { return stopping_; })) {
    lock.unlock();
    tick_();
    lock.lock();
  }
}

}  // namespace shaman
