// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <utility>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "gc/gc_run.hpp"

namespace shaman {

/// Only its holder collects. It is the file `.shaman/collector` with a lock on it, so that it is
/// free at once when its holder dies. If locks do not work (another machine, a storage without
/// them), the file's last beat must be a while ago. Given back when destroyed, unless another
/// collection took it over.
class CollectorLock {
 public:
  /// errc::busy; errc::io_error.
  [[nodiscard]] static result<CollectorLock> take(const GcRun& run);
  CollectorLock(CollectorLock&& other) noexcept
      : run_(std::exchange(other.run_, nullptr)), file_(std::move(other.file_)) {}
  CollectorLock& operator=(CollectorLock&&) = delete;
  ~CollectorLock();

  /// Shows others that the holder lives, and returns the time by the file system's clock.
  [[nodiscard]] result<fs::Time> beat() const;

 private:
  CollectorLock(const GcRun& run, fs::File file) : run_(&run), file_(std::move(file)) {}
  const GcRun* run_;
  fs::File file_;
};

}  // namespace shaman
