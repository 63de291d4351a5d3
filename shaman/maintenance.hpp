// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "monitoring/maintenance_figures.hpp"
#include "options/settings.hpp"
#include "schedule.hpp"

namespace shaman::program {

/// The server's maintenance of its storage: garbage collection, verification, counting. Each runs
/// from time to time, on its own thread, until destroyed.
class Maintenance {
 public:
  /// All references must outlive it.
  Maintenance(fs::FileSystem& file_system, Store& store, const Settings& settings,
              MaintenanceFigures& figures);

  /// The settings have changed.
  void reschedule();

 private:
  [[nodiscard]] bool is_storage_there(const char* what);
  void collect(const std::atomic<bool>& stop);
  void verify(const std::atomic<bool>& stop);

  fs::FileSystem& file_system_;
  Store& store_;
  const Settings& settings_;
  MaintenanceFigures& figures_;
  Schedule collection_;  // last: they use the rest
  Schedule verification_;
  Schedule counting_;
};

}  // namespace shaman::program
