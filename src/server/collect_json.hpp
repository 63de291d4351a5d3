// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "protocol/json_body.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Receives a JSON request within the memory that all of them share; the share is the exchange's
/// until its answer has been sent. Returns what to answer when that failed.
[[nodiscard]] Task<std::optional<Response>> collect_json(Exchange& exchange, JsonBody& body);

/// Sets aside as much of that memory for an answer; it too is the exchange's until the answer has
/// been sent. Returns what to answer when there is none to be had.
[[nodiscard]] Task<std::optional<Response>> set_aside_for_json(Exchange& exchange,
                                                               std::size_t bytes);

}  // namespace shaman::http
