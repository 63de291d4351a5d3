// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "../context.hpp"

namespace shaman::bench {

/// Status calls over one and over many connections; records `<name>_1`, `<name>_1_p99`,
/// `<name>_many`, `<name>_many_p99`.
void measure_status_calls(Context& context, const Endpoint& server, const std::string& name,
                          Samples& samples);

/// Requests for the status of blobs, of which `stored` may be any number.
[[nodiscard]] std::vector<Request> status_requests(const Endpoint& server,
                                                   std::span<const BlobId> ids);

}  // namespace shaman::bench
