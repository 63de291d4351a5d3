// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// Lists of hosts, origins, networks, keys and platforms: entries that can never match, are
/// duplicates, or have no effect because of another entry.
void check_names(const Options& options, Findings& found);

}  // namespace shaman::program
