// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "shaman/error.hpp"

namespace shaman::program {

/// Raises the limit of file descriptors as far as allowed, and returns how many connections fit. If
/// fewer fit than `required` (0: any number), errc::limit_exceeded says what to do.
[[nodiscard]] result<std::size_t> raise_descriptor_limit(std::size_t required);

}  // namespace shaman::program
