// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// Problems that are doubtful, or make the server useless, when it runs with these options on this
/// machine: access, the certificate, and the space and kind of the storage. The start, each reload
/// and --check-config report them. `is_reachable`: other machines can reach a socket of the server.
/// Reads the disk.
void check_service(const Options& options, bool is_reachable, Findings& found);

}  // namespace shaman::program
