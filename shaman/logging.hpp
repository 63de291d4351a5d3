// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <spdlog/common.h>

namespace shaman::program {

/// Sends log lines to standard error (stderr_sink.hpp) while it lives; its destructor writes the
/// remaining ones.
class Logging {
 public:
  explicit Logging(spdlog::level::level_enum level);
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
};

}  // namespace shaman::program
