// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "shaman/metrics/page.hpp"

#include "server/figures/call_figures.hpp"
#include "server/figures/request_figures.hpp"

namespace shaman::http {

/// Everything that GET /metrics tells beyond what can be asked of the server's parts.
struct Figures {
  RequestFigures requests;
  CallFigures calls;
  /// Of the program around the server. Called on network threads; they must not block.
  std::vector<std::function<void(metrics::Page&)>> further;
};

struct Services;

/// What the store, the pools, the connections and the budgets are doing now. Does not look at the
/// storage.
void write_state(const Services& services, metrics::Page& page);

}  // namespace shaman::http
