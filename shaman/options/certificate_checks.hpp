// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "options/option_checks.hpp"

namespace shaman::program {

/// When the certificate is good, and for which names. The options must have TLS.
void check_certificate(const Options& options, Findings& found);

}  // namespace shaman::program
