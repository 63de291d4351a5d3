// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::milliseconds kFirst{600'000};

}  // namespace

Schedule::Schedule(std::string what, Period period, Job job)
    : what_(std::move(what)), period_(std::move(period)), job_(std::move(job)) {
  thread_ = std::thread([this] {
    os::name_this_thread(what_);
    run();
  });
}

Schedule::~Schedule() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    stop_source_.request_stop();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Schedule::reschedule() {
  {
    const std::lock_guard lock(mutex_);
    looks_again_ = true;
  }
  wake_.notify_all();
}

void Schedule::run_soon(std::chrono::milliseconds time) {
  {
    const std::lock_guard lock(mutex_);
    soon_ = std::chrono::steady_clock::now() + time;
    looks_again_ = true;
  }
  wake_.notify_all();
}

// Waits until the job is due by the present period. False: it is never due again.
bool Schedule::wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds at_most) {
  const auto begin = std::chrono::steady_clock::now();
  const auto is_woken = [this] { return stop_.load() || looks_again_; };
  while (!stop_) {
    looks_again_ = false;
    const std::chrono::milliseconds period = period_();
    if (period.count() <= 0) {
      wake_.wait(lock, is_woken);
      continue;
    }
    auto due = begin + std::min(period, at_most);
    if (soon_) due = std::min<std::chrono::steady_clock::time_point>(due, *soon_);
    if (!wake_.wait_until(lock, due, is_woken)) {
      soon_.reset();
      return true;
    }
  }
  return false;
}

void Schedule::run() {
  os::lower_thread_priority();  // and that of all threads that its jobs start
  std::chrono::milliseconds at_most = kFirst;
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
