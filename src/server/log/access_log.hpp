// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "async/task.hpp"

namespace shaman::http {

/// The log line of one request.
struct AccessRecord {
  std::string_view method;
  std::string_view target;
  unsigned status = 0;
  bool unheard = false;  ///< the client was gone before its answer
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Clock::duration duration{};
  std::string_view client;  ///< the client whose share of the log it uses: client_key.hpp
  std::string_view peer;
  std::string_view original_filename{};  ///< decoded; any bytes
  std::string_view who{};                ///< the principal; empty: none in particular
  std::string_view checkout{};           ///< that the request made or erased, or tried to
  std::string_view reason{};             ///< the message of an error
  std::string_view note{};               ///< for the log alone
  std::string_view trace{};              ///< see trace_id_in(); empty: none
};

/// Escapes all text from outside. Logs at level info, except for problems of the server: 507 is a
/// warning and 500 an error, each with its reason.
void log_access(const AccessRecord& record);

}  // namespace shaman::http
