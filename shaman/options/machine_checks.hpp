// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// Whether this machine suits the options, for --check-config: the storage, the address to listen
/// on, files, the certificate's dates and names, limits of this process. Changes nothing, except
/// for a temporary file next to the port file, sockets that are bound for a moment, and the trials
/// of a start in a storage that belongs to the calling user. Its findings are about that user.
[[nodiscard]] Findings check_machine(const Options& options);

}  // namespace shaman::program
