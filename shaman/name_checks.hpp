// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "option_checks.hpp"

namespace shaman::program {

/// Lists of hosts, origins, networks, keys and platforms: entries that can never match, that are
/// there twice, or that another entry makes void.
void check_names(const Options& options, Findings& found);

/// Whether connections to `host` can reach a socket that listens on `listen`, by the text alone:
/// the same name, or this machine and all of its addresses.
[[nodiscard]] bool is_same_host(const std::string& host, const std::string& listen);

}  // namespace shaman::program
