// SPDX-License-Identifier: GPL-3.0-or-later
#include "maintenance.hpp"

#include <sstream>
#include <string>

#include <spdlog/spdlog.h>

#include "shaman/gc.hpp"
#include "shaman/text.hpp"
#include "shaman/verify.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman::program {
namespace {

// Few: requests have priority.
constexpr std::size_t kCollectingThreads = 4;
constexpr std::size_t kReadingThreads = 2;
constexpr std::chrono::minutes kCountingPeriod{10};

}  // namespace

Maintenance::Maintenance(fs::FileSystem& file_system, Store& store, const Settings& settings,
                         MaintenanceFigures& figures)
    : file_system_(file_system),
      store_(store),
      settings_(settings),
      figures_(figures),
      collection_(
          "collection", [this] { return settings_.current()->gc_period; },
          [this](const std::atomic<bool>& stop) { collect(stop); }),
      verification_(
          "verification", [this] { return settings_.current()->verify_period; },
          [this](const std::atomic<bool>& stop) { verify(stop); }),
      counting_(
          "store-recount",
          [this] {
            const bool is_limited = settings_.current()->store.limits.max_store_size > 0;
            return is_limited ? kCountingPeriod : std::chrono::minutes(0);
          },
          [this](const std::atomic<bool>&) {
            if (is_storage_there("store-recount")) store_.recount();
          }) {}

void Maintenance::reschedule() {
  collection_.reschedule();
  verification_.reschedule();
  counting_.reschedule();
}

bool Maintenance::is_storage_there(const char* what) {
  const auto there = store_.check_there();
  if (!there) spdlog::warn("{} is left out: {}", what, text::printable(there.error().message()));
  return there.has_value();
}

void Maintenance::collect(const std::atomic<bool>& stop) {
  WorkerPool pool(kCollectingThreads, WorkerPool::Priority::normal, "collect");
  const auto settings = settings_.current();
  GcOptions options = settings->gc;
  options.stop = &stop;
  options.storage_id = store_.storage_id();
  if (!is_storage_there("garbage collection")) return;
  const StoreCounters before = store_.counters();
  const auto begun = MaintenanceFigures::Clock::now();
  const auto results = collect_garbage(file_system_, settings->server.storage, pool, options);
  figures_.collected(results, MaintenanceFigures::Clock::now() - begun, before);
  if (results)
    spdlog::info("garbage collection: {}", text::printable(to_text(*results, " ")));
  else if (results.error().code == errc::busy)
    spdlog::info("garbage collection: {}", text::printable(results.error().message()));
  else
    spdlog::error("garbage collection: {}", text::printable(results.error().message()));
  store_.recount();
}

void Maintenance::verify(const std::atomic<bool>& stop) {
  WorkerPool pool(kReadingThreads, WorkerPool::Priority::normal, "verify");
  const auto settings = settings_.current();
  VerifyOptions options;
  options.bytes_per_second = settings->verify_rate;
  options.stop = &stop;
  options.log = settings->gc.log;
  options.storage_id = store_.storage_id();
  if (!is_storage_there("verification")) return;
  const auto begun = MaintenanceFigures::Clock::now();
  const auto results = verify_store(file_system_, settings->server.storage, pool, options);
  figures_.verified(results, MaintenanceFigures::Clock::now() - begun);
  if (!results) {
    spdlog::error("verification: {}", text::printable(results.error().message()));
    return;
  }
  for (const DamagedBlob& damaged : results->damaged)
    store_.forget(damaged.id);
  const auto level = !is_good(*results)           ? spdlog::level::err
                     : results->unread_places > 0 ? spdlog::level::warn
                                                  : spdlog::level::info;
  std::istringstream lines(to_text(*results));
  for (std::string line; std::getline(lines, line);)
    spdlog::log(level, "verification: {}", text::printable(line));
}

}  // namespace shaman::program
