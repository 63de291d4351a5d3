// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc_schedule.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::seconds kFirst{600};
// Few: requests go before.
constexpr std::size_t kThreads = 4;

}  // namespace

GcSchedule::GcSchedule(fs::FileSystem& file_system, std::string root, std::chrono::seconds period,
                       GcOptions options)
    : file_system_(file_system), root_(std::move(root)), options_(std::move(options)) {
  options_.stop = &stop_;
  if (period.count() > 0) thread_ = std::thread([this, period] { run(period); });
}

GcSchedule::~GcSchedule() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void GcSchedule::run(std::chrono::seconds period) {
  std::chrono::seconds pause = std::min(period, kFirst);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stop_.load(); })) {
    pause = period;
    lock.unlock();
    try {
      collect();
    } catch (const std::exception& error) {
      spdlog::error("garbage collection: {}", text::printable(error.what()));
    }
    lock.lock();
  }
}

void GcSchedule::collect() {
  WorkerPool pool(kThreads);
  const auto results = collect_garbage(file_system_, root_, pool, options_);
  if (results)
    spdlog::info("garbage collection: {}", text::printable(to_text(*results)));
  else if (results.error().code == errc::busy)
    spdlog::info("garbage collection: {}", text::printable(results.error().message()));
  else
    spdlog::error("garbage collection: {}", text::printable(results.error().message()));
}

}  // namespace shaman::program
