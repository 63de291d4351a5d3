// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

namespace shaman::http {

/// The path of a request target (RFC 9112, 3.2): split at its slashes first and decoded after, so
/// that an encoded `/` stays inside its segment. `/a/b` is {a, b}; `/a/` is {a, ""}; `/` is {""}.
/// `http://host/a/b`, as clients of proxies send it, means `/a/b`; the query is dropped.
/// errc::malformed_request for anything else, a broken `%` escape, or a NUL.
[[nodiscard]] result<std::vector<std::string>> parse_target(std::string_view target);

}  // namespace shaman::http
