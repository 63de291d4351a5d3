// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "shaman/client/server.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/error.hpp"

namespace shaman::client {

/// How a server meets somebody who wants to submit.
struct Probe {
  ServerInfo server;
  std::chrono::milliseconds answered_in{0};  ///< with connecting
  /// By how much this machine's clock is ahead of the server's, to the second; none where the
  /// server does not tell the time.
  std::optional<std::chrono::seconds> clock_ahead;
  /// Nothing where the server takes files from us; else why not.
  std::string why_no_submission;
};

/// Asks a server what a submission would ask it, and sends one byte for trial, which the server
/// does not keep. Blocks, for ten seconds a question at most. errc::unreachable; errc::not_let_in
/// where not even its name is told.
[[nodiscard]] result<Probe> probe(const Server& server);

}  // namespace shaman::client
