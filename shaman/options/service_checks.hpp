// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// What is doubtful, or makes the server useless, while it runs with these options on this machine:
/// who can get in, the certificate, and the room and kind of the storage. The start, each reload
/// and --check-config say it. `is_reachable`: other machines can reach a socket of the server.
/// Looks at the disk.
void check_service(const Options& options, bool is_reachable, Findings& found);

}  // namespace shaman::program
