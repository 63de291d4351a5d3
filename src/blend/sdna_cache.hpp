// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shaman/blend/header.hpp"
#include "shaman/blend/sdna.hpp"
#include "shaman/error.hpp"

namespace shaman::blend {

/// Sdna::parse(), which remembers the last few results: all files that one Blender wrote have the
/// same SDNA, and most of the time that a small library takes is parsing it. Thread-safe.
[[nodiscard]] result<std::shared_ptr<const Sdna>> parse_sdna(std::vector<std::byte> bytes,
                                                             const Header& header,
                                                             const std::string& name,
                                                             std::uint64_t offset);

}  // namespace shaman::blend
