// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

/// Times as people read them: in this machine's zone, with that zone. JSON has them in UTC.
namespace shaman::tools {

/// `2026-11-25 03:44:10 +0100`.
[[nodiscard]] std::string local_time(std::int64_t seconds_since_1970);
/// The same for an RFC 3339 time, such as a server's; other text unchanged, but printable.
[[nodiscard]] std::string local_time(const std::string& rfc3339);

}  // namespace shaman::tools
