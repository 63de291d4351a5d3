// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "http/task.hpp"

namespace shaman::http {

/// What is logged of one request, in one line.
struct AccessRecord {
  std::string_view method;
  std::string_view target;
  unsigned status = 0;
  bool unheard = false;  ///< the client was gone before its answer
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Clock::duration duration{};
  std::string_view client;  ///< whose share of the log it uses: client_key.hpp
  std::string_view peer;
  std::string_view original_filename{};  ///< decoded; any bytes
};

/// At level info, with everything that came from outside escaped.
void log_access(const AccessRecord& record);

}  // namespace shaman::http
