// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "bench/context.hpp"

namespace shaman::bench {

/// Sends the requirements call for these files; returns the seconds from the request's first byte
/// to the answer's last. BenchFailed if the answer does not name `expected_missing` files.
[[nodiscard]] double requirements_seconds(Context& context, std::span<const BlobId> ids,
                                          std::size_t expected_missing);

}  // namespace shaman::bench
