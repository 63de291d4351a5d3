// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/store.hpp"

namespace shaman::program {

/// Sends one line to the journal or syslog, by the socket that both listen to (/dev/log, RFC 3164).
/// What is not printable is escaped, and a line that is too long is cut. False: nobody listens.
[[nodiscard]] bool write_system_log(LogLevel level, const std::string& line);

/// Who runs this program, for a log: `anna (uid 1000)`, or `root (uid 0), for anna` with sudo.
[[nodiscard]] std::string caller();

}  // namespace shaman::program
