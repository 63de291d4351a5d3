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

/// A token that a client which can send no header has put into its base URL,
/// `http://host/~TOKEN/api/…`, taken out of both: none where the first segment does not begin with
/// `~`. `target` begins with a slash then.
[[nodiscard]] std::string take_token(std::string& target, std::vector<std::string>& segments);

/// For a log: the same with `~…` in the token's place, also where the rest cannot be understood.
[[nodiscard]] std::string without_token(std::string_view target);

}  // namespace shaman::http
