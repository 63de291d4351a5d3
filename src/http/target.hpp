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
/// errc::invalid_argument for anything else, a broken `%` escape, or a NUL.
[[nodiscard]] result<std::vector<std::string>> parse_target(std::string_view target);

/// A token that a client which can send no header has put into its base URL,
/// `http://host/~TOKEN/api/…`, taken out of both: none where the first segment is not a `~` and
/// more. `target` begins with a slash then.
[[nodiscard]] std::string take_token(std::string& target, std::vector<std::string>& segments);

/// Whether an address holds what could be a token in whatever place: a word that begins with `~`,
/// `shm_`, or a JWT, in any case, and however often escaped. To be asked after take_token().
[[nodiscard]] bool holds_token(std::string_view target);

/// For a log: `~…` for each part that could be a token, in the query too, since one that stands in
/// the wrong place, or in an address that cannot be understood, is a secret all the same.
[[nodiscard]] std::string without_tokens(std::string_view target);

}  // namespace shaman::http
