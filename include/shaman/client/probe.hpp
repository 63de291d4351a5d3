// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "shaman/client/server.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/error.hpp"

namespace shaman::client {

/// How a server answers a client that wants to submit.
struct Probe {
  ServerInfo server;
  std::chrono::milliseconds answered_in{0};  ///< including the connection
  /// By how much this machine's clock is ahead of the server's, to the second; nothing if the
  /// server does not state the time.
  std::optional<std::chrono::seconds> clock_ahead;
  /// Empty if the server accepts files from this client; else why not.
  std::string why_no_submission;
};

/// Makes the calls of a submission, and sends one byte as a trial, which the server does not keep.
/// Blocks, at most ten seconds per call. errc::unreachable; errc::access_denied if the server does
/// not even state its name.
[[nodiscard]] result<Probe> probe(const Server& server);

}  // namespace shaman::client
