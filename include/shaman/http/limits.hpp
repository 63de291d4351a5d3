// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "shaman/units.hpp"

namespace shaman::http {

/// The limits of one client, and of all clients together.
struct Limits {
  std::size_t header_bytes = 16 * 1024;              ///< of one request
  std::uint64_t file_bytes = units::kNoLimit;        ///< of one uploaded file
  std::size_t json_bytes = std::size_t{64} << 20;    ///< of one JSON request
  std::size_t json_budget = std::size_t{256} << 20;  ///< of all JSON requests in memory
  std::size_t json_files = 1'000'000;                ///< named by one JSON request
  std::size_t buffer_bytes = std::size_t{32} << 20;  ///< in flight, of all uploads together
  std::size_t piece_bytes = std::size_t{512} << 10;  ///< hashed and written in one step
  std::size_t connections = 8192;                    ///< at once
  std::size_t connections_per_address = 2048;        ///< of one client that is not a trusted proxy
  std::size_t handshakes = 128;                      ///< of TLS, under way at once
  std::size_t passed_on = 1024;  ///< requests and tunnels to the Manager at once
};

/// All are measured since the last progress: none limits a transfer that moves.
struct Timeouts {
  using Duration = std::chrono::milliseconds;
  Duration idle{75'000};          ///< a kept-alive connection without a request
  Duration header{15'000};        ///< from a request's first byte to the end of its header
  Duration stall{30'000};         ///< not one byte moved in a body or an answer
  std::uint64_t min_rate = 1024;  ///< bytes a second, on the average of rate_window of waiting
  Duration rate_window{60'000};
  /// The same for JSON requests and their answers that hold much memory.
  std::uint64_t json_min_rate = 16 * 1024;
  Duration work{600'000};  ///< this server's own work on a request: disk, memory, other uploads
  Duration create_wait{60'000};  ///< a create, for blobs that are being uploaded
  Duration grace{30'000};        ///< running requests when the server stops
};

}  // namespace shaman::http
