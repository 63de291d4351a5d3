// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// Checks the certificate's dates and names. The options must have TLS.
void check_certificate(const Options& options, Findings& found);

}  // namespace shaman::program
