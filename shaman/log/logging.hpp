// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <spdlog/common.h>

namespace shaman::program {

enum class LogFormat : std::uint8_t {
  text,
  json,  ///< one object for each line, with `time`, `level` and `message`
};

/// Sends log lines to standard error (stderr_sink.hpp) while it lives; its destructor writes the
/// remaining ones.
class Logging {
 public:
  Logging(spdlog::level::level_enum level, LogFormat format);
  ~Logging();
  Logging(const Logging&) = delete;
  Logging& operator=(const Logging&) = delete;
};

}  // namespace shaman::program
