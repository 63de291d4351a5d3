// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "http/exchange.hpp"
#include "http/json_body.hpp"

namespace shaman::http {

/// Receives a JSON request within the memory that all of them share; the share is the exchange's
/// until its answer has been sent. Returns what to answer when that failed.
[[nodiscard]] Task<std::optional<Response>> collect_json(Exchange& exchange, JsonBody& body);

}  // namespace shaman::http
