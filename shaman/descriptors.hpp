// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include "shaman/error.hpp"

namespace shaman::program {

/// Raises the limit of file descriptors as far as is allowed, and says how many connections fit.
/// Where fewer fit than `required` (0: any number will do), errc::limit_exceeded says what to do.
[[nodiscard]] result<std::size_t> raise_descriptor_limit(std::size_t required);

}  // namespace shaman::program
