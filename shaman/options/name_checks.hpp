// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// Lists of hosts, origins, networks, keys and platforms: entries that can never match, that are
/// there twice, or that another entry makes void.
void check_names(const Options& options, Findings& found);

}  // namespace shaman::program
