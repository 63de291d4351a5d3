// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// What of this machine does not suit the options, for --check-config: the storage, the address to
/// listen on, files, the certificate's dates and names, limits of this process. Looks only, but for
/// a temporary file beside the port file, sockets that are bound for a moment, and what a start
/// tries in a storage that belongs to the user who calls it. It speaks of that user.
[[nodiscard]] Findings check_machine(const Options& options);

}  // namespace shaman::program
