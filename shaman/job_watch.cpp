// SPDX-License-Identifier: GPL-3.0-or-later
#include "job_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/manager/manager.hpp"
#include "shaman/text.hpp"

namespace shaman::program {
namespace {

// A Manager deletes jobs after it has answered.
constexpr std::chrono::milliseconds kSoon{1000};
constexpr std::chrono::milliseconds kLatest{60'000};

}  // namespace

JobWatch::JobWatch(Checkouts& checkouts, fs::FileSystem& file_system, const Settings& settings,
                   MaintenanceFigures& figures)
    : settings_(settings),
      figures_(figures),
      manager_(settings.current()->asked_manager()),
      ends_(checkouts, file_system, settings.current()->server.storage),
      old_(checkouts, file_system, settings.current()->server.storage),
      wait_(kSoon),
      schedule_(
          "checkout-expiry", [this] { return period(); },
          [this](const std::atomic<bool>& stop) { look(stop); }) {}

std::chrono::milliseconds JobWatch::period() const {
  return settings_.current()->checkout_check_interval;
}

void JobWatch::jobs_changed(const std::vector<jobs::DeletedJob>& deleted) {
  for (const jobs::DeletedJob& job : deleted)
    ends_.job_deleted(job);
  wait_ = kSoon;
  schedule_.run_soon(kSoon);
}

std::shared_ptr<void> JobWatch::hold(std::vector<std::string> checkouts) {
  return ends_.hold(std::move(checkouts));
}

void JobWatch::look(const std::atomic<bool>& stop) {
  if (manager_.empty())
    look_at_ages(stop);
  else
    look_at_jobs();
}

void JobWatch::look_at_ages(const std::atomic<bool>& stop) {
  const auto settings = settings_.current();
  jobs::OldCheckoutsOptions options = settings->old_checkouts;
  options.erase_brake = settings->checkout_expiry.erase_brake;
  const auto results = old_.look(options, std::chrono::system_clock::now(), stop);
  if (!results) {
    if (!std::exchange(complained_, true))
      spdlog::error("no checkout is erased by its age for now: {}",
                    text::printable(results.error().message()));
    return;
  }
  figures_.looked_at_checkouts(results->checkouts, results->erased.size(), results->held.size());
  if (std::exchange(complained_, false)) spdlog::info("old checkouts can be erased again");
  spdlog::debug("{} checkouts, {} erased by their age, {} held back", results->checkouts,
                results->erased.size(), results->held.size());
}

void JobWatch::look_at_jobs() {
  const auto settings = settings_.current();
  const auto address = client::BaseUrl::parse(manager_);
  if (!address) return;
  manager::Manager manager(*address, schedule_.stop_token());
  const auto results = ends_.look([&manager] { return manager.jobs(); }, settings->checkout_expiry,
                                  std::chrono::system_clock::now());
  if (schedule_.stop_token().stop_requested()) return;
  if (!results) {
    if (!std::exchange(complained_, true))
      spdlog::warn("no checkout is erased with its job for now: {}",
                   text::printable(results.error().message()));
    return;
  }
  figures_.looked_at_checkouts(results->checkouts, results->erased.size(), results->held.size());
  if (results->is_awaited) {
    schedule_.run_soon(wait_);
    wait_ = std::min(2 * wait_.load(), kLatest);
  } else {
    wait_ = kSoon;
  }
  if (std::exchange(complained_, false)) spdlog::info("the Manager's jobs can be looked at again");
  spdlog::debug("{} checkouts, {} with jobs, {} erased, {} held back", results->checkouts,
                results->used, results->erased.size(), results->held.size());
}

}  // namespace shaman::program
