// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/fs.hpp"
#include "shaman/jobs/checkout_ends.hpp"

#include "schedule.hpp"
#include "settings.hpp"

namespace shaman::program {

/// Asks the Manager for its jobs from time to time, so that checkouts end with them, until
/// destroyed.
class JobWatch {
 public:
  /// All must outlive it. The settings must name a Manager.
  JobWatch(Checkouts& checkouts, fs::FileSystem& file_system, const Settings& settings);

  /// A job was made, or these are being deleted: they are looked at soon. From any thread.
  void jobs_changed(const std::vector<jobs::DeletedJob>& deleted);
  /// As jobs::CheckoutEnds::hold(). From any thread.
  [[nodiscard]] std::shared_ptr<void> hold(std::vector<std::string> checkouts);
  /// The settings are others now.
  void look_again() { schedule_.look_again(); }

 private:
  void look();

  const Settings& settings_;
  jobs::CheckoutEnds ends_;
  bool complained_ = false;
  std::atomic<std::chrono::milliseconds> wait_;  // before the next look at what was deleted
  Schedule schedule_;                            // last: it uses the rest
};

}  // namespace shaman::program
