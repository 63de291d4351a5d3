// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "protocol/json_body.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Receives a JSON request within the memory that all of them share; the exchange keeps its share
/// until its answer has been sent. Returns the answer if that fails.
[[nodiscard]] Task<std::optional<Response>> read_json_body(Exchange& exchange, JsonBody& body);

/// Sets aside this much of that memory for an answer; the exchange keeps it until the answer has
/// been sent. Returns another answer if there is no memory.
[[nodiscard]] Task<std::optional<Response>> set_aside_for_json(Exchange& exchange,
                                                               std::size_t bytes);

}  // namespace shaman::http
