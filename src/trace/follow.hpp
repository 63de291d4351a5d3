// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/trace/trace.hpp"

#include "trace/names/folders.hpp"

namespace shaman::trace {

/// Adds the files that the files of the trace name, and so on: the layers and textures of a USD
/// stage, the includes of an OSL script. Each is read once, and counts for the first
/// data-block that reaches it. A file that cannot be read, or that names another in a way that
/// workers cannot follow, is a problem. `cache` may be null.
void follow(Trace& trace, Folders& folders, ScanCache* cache);

}  // namespace shaman::trace
