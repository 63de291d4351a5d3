// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/context.hpp"

namespace shaman::bench {

/// Requests the status of these blobs repeatedly, over one and over many connections; records
/// `<name>_1`, `<name>_1_p99`, `<name>_many`, `<name>_many_p99`.
void measure_status_calls(Context& context, const Endpoint& server, std::span<const BlobId> ids,
                          const std::string& name, Samples& samples);

[[nodiscard]] std::vector<Request> status_requests(const Endpoint& server,
                                                   std::span<const BlobId> ids);

}  // namespace shaman::bench
