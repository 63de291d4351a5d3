// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "bench/context.hpp"

namespace shaman::bench {

/// Asks for the requirements of these files; seconds from the request's first byte to the answer's
/// last. BenchFailed when the answer does not name `expected_missing` files.
[[nodiscard]] double requirements_seconds(Context& context, std::span<const BlobId> ids,
                                          std::size_t expected_missing);

}  // namespace shaman::bench
