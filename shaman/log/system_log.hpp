// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/store.hpp"

namespace shaman::program {

/// Sends one line to the journal or syslog, by the socket that both listen to (/dev/log, RFC 3164).
/// Escapes unprintable text, and cuts long lines. False: no daemon listens.
[[nodiscard]] bool write_system_log(LogLevel level, const std::string& line);

/// The user of this program, for a log: `anna (uid 1000)`, or `root (uid 0), for anna` with sudo.
[[nodiscard]] std::string caller();

}  // namespace shaman::program
