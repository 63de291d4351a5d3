// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::seconds kFirst{600};

}  // namespace

Schedule::Schedule(std::string what, std::chrono::seconds period, Job job)
    : what_(std::move(what)), job_(std::move(job)) {
  if (period.count() > 0) thread_ = std::thread([this, period] { run(period); });
}

Schedule::~Schedule() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Schedule::run(std::chrono::seconds period) {
  std::chrono::seconds pause = std::min(period, kFirst);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stop_.load(); })) {
    pause = period;
    lock.unlock();
    try {
      job_(stop_);
    } catch (const std::exception& error) {
      spdlog::error("{}: {}", what_, text::printable(error.what()));
    }
    lock.lock();
  }
}

}  // namespace shaman::program
