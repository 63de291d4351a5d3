// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "shaman/client/progress.hpp"

namespace shaman::client {

/// Shows a Progress on standard error from its own thread while it lives: on a terminal as a line
/// that is redrawn, and erased at the end; elsewhere as a plain line from time to time. Does not
/// show very short stages.
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
