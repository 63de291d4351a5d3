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

JobWatch::JobWatch(Checkouts& checkouts, fs::FileSystem& file_system, const Settings& settings)
    : settings_(settings),
      ends_(checkouts, file_system, settings.current()->server.storage),
      wait_(kSoon),
      schedule_(
          "looking at the Manager's jobs", [this] { return settings_.current()->job_look_period; },
          [this](const std::atomic<bool>&) { look(); }) {}

void JobWatch::jobs_changed(const std::vector<jobs::DeletedJob>& deleted) {
  for (const jobs::DeletedJob& job : deleted)
    ends_.job_deleted(job);
  wait_ = kSoon;
  schedule_.hasten(kSoon);
}

std::shared_ptr<void> JobWatch::hold(std::vector<std::string> checkouts) {
  return ends_.hold(std::move(checkouts));
}

void JobWatch::look() {
  const auto settings = settings_.current();
  const auto address = client::BaseUrl::parse(settings->manager_url);
  if (!address) return;
  manager::Manager manager(*address, schedule_.stop_token());
  const auto results = ends_.look([&manager] { return manager.jobs(); }, settings->checkout_ends,
                                  std::chrono::system_clock::now());
  if (schedule_.stop_token().stop_requested()) return;
  if (!results) {
    if (!std::exchange(complained_, true))
      spdlog::warn("no checkout is erased with its job for now: {}",
                   text::printable(results.error().message()));
    return;
  }
  if (results->is_awaited) {
    schedule_.hasten(wait_);
    wait_ = std::min(2 * wait_.load(), kLatest);
  } else {
    wait_ = kSoon;
  }
  if (std::exchange(complained_, false)) spdlog::info("the Manager's jobs can be looked at again");
  spdlog::debug("{} checkouts, {} with jobs, {} erased, {} held back", results->checkouts,
                results->used, results->erased.size(), results->held.size());
}

}  // namespace shaman::program
