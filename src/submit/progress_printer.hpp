// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "shaman/client/progress.hpp"

namespace shaman::client {

/// Shows a Progress on standard error from a thread of its own while it lives: on a terminal as a
/// line that is drawn again and again, and wiped at the end; elsewhere as a plain line now and
/// then. What takes less than a moment is not shown at all.
class ProgressPrinter {
 public:
  /// `progress` must outlive it.
  explicit ProgressPrinter(const Progress& progress);
  ~ProgressPrinter();
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
