// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/metrics/page.hpp"

namespace shaman::program {

/// The build, and what this process uses of the machine. From any thread.
void write_process(metrics::Page& page);

}  // namespace shaman::program
