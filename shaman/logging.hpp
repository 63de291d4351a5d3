// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include <spdlog/common.h>

namespace shaman::program {

/// Sends log lines to standard error from a thread of its own, so that a reader that is slow or
/// stuck never holds up a request: when too many lines wait, the oldest are dropped.
/// Flushes and ends when destroyed.
class Logging {
 public:
  explicit Logging(spdlog::level::level_enum level);
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
};

}  // namespace shaman::program
