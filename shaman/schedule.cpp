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

Schedule::Schedule(std::string what, Period period, Job job)
    : what_(std::move(what)), period_(std::move(period)), job_(std::move(job)) {
  thread_ = std::thread([this] { run(); });
}

Schedule::~Schedule() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Schedule::look_again() {
  {
    const std::lock_guard lock(mutex_);
    looks_again_ = true;
  }
  wake_.notify_all();
}

// Until the first moment at which the job is due by the period that is in force then. False: it is
// never due again.
bool Schedule::wait(std::unique_lock<std::mutex>& lock, std::chrono::seconds at_most) {
  const auto begin = std::chrono::steady_clock::now();
  const auto is_woken = [this] { return stop_.load() || looks_again_; };
  while (!stop_) {
    looks_again_ = false;
    const std::chrono::seconds period = period_();
    if (period.count() <= 0)
      wake_.wait(lock, is_woken);
    else if (!wake_.wait_until(lock, begin + std::min(period, at_most), is_woken))
      return true;
  }
  return false;
}

void Schedule::run() {
  std::chrono::seconds at_most = kFirst;
  std::unique_lock lock(mutex_);
  while (wait(lock, at_most)) {
    at_most = std::chrono::hours(24 * 365);
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
