// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/fs.hpp"
#include "shaman/gc.hpp"
#include "shaman/worker_pool.hpp"

#include "store/root/root.hpp"

namespace shaman {

/// The state that all parts of one collection share. Outlives them.
struct GcRun {
  fs::FileSystem& file_system;
  const StorageRoot& root;
  WorkerPool& pool;
  const GcOptions& options;

  [[nodiscard]] bool is_stopped() const {
    return options.stop != nullptr && options.stop->load(std::memory_order_relaxed);
  }
  void log(LogLevel level, const std::string& message) const {
    if (options.log) options.log(level, message);
  }
};

}  // namespace shaman
