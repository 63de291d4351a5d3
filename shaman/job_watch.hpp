// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

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

  /// A job was made, or this one is being deleted: it is looked at soon. From any thread.
  void jobs_changed(const std::string& deleted);
  /// The settings are others now.
  void look_again() { schedule_.look_again(); }

 private:
  void look();

  const Settings& settings_;
  jobs::CheckoutEnds ends_;
  bool complained_ = false;
  Schedule schedule_;  // last: it uses the rest
};

}  // namespace shaman::program
