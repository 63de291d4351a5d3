// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/fs.hpp"
#include "shaman/jobs/checkout_expiry.hpp"
#include "shaman/jobs/old_checkouts.hpp"

#include "monitoring/maintenance_figures.hpp"
#include "options/settings.hpp"
#include "schedule.hpp"

namespace shaman::program {

/// Erases checkouts from time to time, until destroyed: with their jobs, which it requests from the
/// Manager, or by their age if there is no Manager.
class JobWatch {
 public:
  /// All must outlive it. Uses the Manager in the present settings.
  JobWatch(Checkouts& checkouts, fs::FileSystem& file_system, const Settings& settings,
           MaintenanceFigures& figures);

  /// A job was made, or these are being deleted: it checks them soon. From any thread.
  void jobs_changed(const std::vector<jobs::DeletedJob>& deleted);
  /// See jobs::CheckoutExpiry::hold(). From any thread.
  [[nodiscard]] std::shared_ptr<void> hold(std::vector<std::string> checkouts);
  /// The settings have changed.
  void reschedule() { schedule_.reschedule(); }

 private:
  [[nodiscard]] std::chrono::milliseconds period() const;
  void look(const std::atomic<bool>& stop);
  void look_at_jobs();
  void look_at_ages(const std::atomic<bool>& stop);

  const Settings& settings_;
  MaintenanceFigures& figures_;
  const std::string manager_;  ///< its address; empty: there is none
  jobs::CheckoutExpiry ends_;
  jobs::OldCheckouts old_;
  bool complained_ = false;
  std::atomic<std::chrono::milliseconds> wait_;  // before the next look at deleted jobs
  Schedule schedule_;                            // last: it uses the rest
};

}  // namespace shaman::program
