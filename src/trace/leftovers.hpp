// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/blend/blend_file.hpp"

#include "scan.hpp"

namespace shaman::trace {

/// Finds in every block of the file, windows included, the paths that no render reads.
void find_leftovers(blend::BlendFile& file, Scan& scan);

}  // namespace shaman::trace
