// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitoring/maintenance_figures.hpp"

#include <algorithm>
#include <string_view>

namespace shaman::program {

using metrics::number;

namespace {

constexpr std::array<std::string_view, 4> kOutcomes{"complete", "stopped", "skipped", "failed"};

template <class Results>
MaintenanceFigures::Outcome outcome_of(const result<Results>& results) {
  using Outcome = MaintenanceFigures::Outcome;
  // Another process was collecting.
  if (!results) return results.error().code == errc::busy ? Outcome::skipped : Outcome::failed;
  return results->was_stopped ? Outcome::stopped : Outcome::complete;
}

}  // namespace

void MaintenanceFigures::Runs::add(Outcome outcome, Clock::duration took) {
  ++by_outcome[static_cast<std::size_t>(outcome)];
  if (outcome != Outcome::complete) return;
  last_seconds = std::chrono::duration<double>(took).count();
  last_success =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void MaintenanceFigures::Runs::write(metrics::Page& page, const std::string& task) const {
  for (std::size_t i = 0; i < by_outcome.size(); ++i)
    page.counter("shaman_maintenance_runs_total", "Collections and verifications, by their end.",
                 number(by_outcome[i]), {{"task", task}, {"outcome", std::string(kOutcomes[i])}});
  if (last_success == 0) return;
  page.gauge("shaman_maintenance_last_success_timestamp_seconds",
             "End of the last complete run, in seconds since 1970.", last_success,
             {{"task", task}});
  page.gauge("shaman_maintenance_last_duration_seconds", "Duration of the last complete run.",
             last_seconds, {{"task", task}});
}

void MaintenanceFigures::collected(const result<GcResults>& results, Clock::duration took,
                                   const StoreCounters& before) {
  const std::lock_guard lock(mutex_);
  collections_.add(outcome_of(results), took);
  if (!results) return;
  collected_blobs_ += results->collected;
  collected_bytes_ += results->collected_bytes;
  restored_blobs_ += results->restored;
  deleted_blobs_ += results->deleted;
  freed_bytes_ += results->bytes_freed;
  // A run that was stopped has not seen everything.
  if (results->was_stopped) return;
  last_collection_ = *results;
  content_ = Content{results->blobs - std::min(results->blobs, results->collected),
                     results->blob_bytes - std::min(results->blob_bytes, results->collected_bytes),
                     before.blobs_added, before.bytes_added};
}

void MaintenanceFigures::verified(const result<VerifyResults>& results, Clock::duration took) {
  const std::lock_guard lock(mutex_);
  verifications_.add(outcome_of(results), took);
  if (!results) return;
  verified_blobs_ += results->blobs;
  verified_bytes_ += results->bytes;
  damaged_blobs_ += results->damaged.size();
  if (!results->was_stopped) missing_blobs_ = results->missing.size();
}

void MaintenanceFigures::looked_at_checkouts(std::size_t checkouts, std::size_t erased,
                                             std::size_t held) {
  const std::lock_guard lock(mutex_);
  checkouts_ = checkouts - std::min(checkouts, erased);
  expired_ += erased;
  held_ = held;
}

void MaintenanceFigures::write_store(metrics::Page& page, const StoreCounters& now) const {
  if (!content_) return;
  page.gauge("shaman_store_blobs",
             "Blobs in the store: those at the last collection, and those added since.",
             number(content_->blobs + now.blobs_added - content_->blobs_added));
  page.gauge("shaman_store_size_bytes", "Their size.",
             number(content_->bytes + now.bytes_added - content_->bytes_added));
  page.gauge("shaman_trash_blobs", "Blobs in the trash at the last collection.",
             number(last_collection_.in_trash));
  page.gauge("shaman_trash_size_bytes", "Their size.", number(last_collection_.in_trash_bytes));
  page.gauge("shaman_quarantine_size_bytes", "Damaged files that verifications put aside.",
             number(last_collection_.quarantine_bytes));
  page.gauge("shaman_kept_size_bytes", "Files of others that erased checkouts had.",
             number(last_collection_.kept_bytes));
}

void MaintenanceFigures::write_collections(metrics::Page& page) const {
  collections_.write(page, "collection");
  page.counter("shaman_collection_collected_blobs_total", "Blobs that were moved to the trash.",
               number(collected_blobs_));
  page.counter("shaman_collection_collected_bytes_total", "Their size.", number(collected_bytes_));
  page.counter("shaman_collection_restored_blobs_total",
               "Blobs that were moved back, because they were wanted after all.",
               number(restored_blobs_));
  page.counter("shaman_collection_deleted_blobs_total", "Blobs that were deleted from the trash.",
               number(deleted_blobs_));
  page.counter("shaman_collection_freed_bytes_total", "Their size.", number(freed_bytes_));
  page.gauge("shaman_collection_unread_places",
             "Places that the last collection could not read; what they may link to was kept.",
             number(last_collection_.unread_places));
  page.gauge("shaman_collection_goal_missed",
             "Whether the last collection could not free as much as the limits ask for.",
             number(last_collection_.shortfall.is_any()));
}

void MaintenanceFigures::write_verifications(metrics::Page& page) const {
  verifications_.write(page, "verification");
  page.counter("shaman_verification_read_blobs_total", "Blobs that were read and compared.",
               number(verified_blobs_));
  page.counter("shaman_verification_read_bytes_total", "Their size.", number(verified_bytes_));
  page.counter("shaman_verification_damaged_blobs_total", "Blobs that were found damaged.",
               number(damaged_blobs_));
  page.gauge("shaman_verification_missing_blobs",
             "Blobs that checkouts needed and that did not exist, at the last complete run.",
             number(missing_blobs_));
}

void MaintenanceFigures::write_expiry(metrics::Page& page) const {
  if (!checkouts_) return;
  page.gauge("shaman_checkouts", "Checkouts at the last look for those that have ended.",
             number(*checkouts_));
  page.gauge("shaman_checkouts_held",
             "Checkouts that wait for an admin because of the bulk erase limit.", number(held_));
  page.counter("shaman_checkouts_expired_total",
               "Checkouts that were erased with their jobs or by their age.", number(expired_));
}

void MaintenanceFigures::write(metrics::Page& page, const StoreCounters& now) const {
  const std::lock_guard lock(mutex_);
  write_store(page, now);
  write_collections(page);
  write_verifications(page);
  write_expiry(page);
}

}  // namespace shaman::program
