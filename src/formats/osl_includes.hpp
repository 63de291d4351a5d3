// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "formats/named_files.hpp"

namespace shaman::formats {

/// The files of `#include "x.h"` in one line of OSL source; nothing for `<stdosl.h>`, which is part
/// of Blender. Appends to `found`.
void collect_osl_include(std::string_view line, std::vector<NamedFile>& found);

}  // namespace shaman::formats
