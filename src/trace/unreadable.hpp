// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/trace/trace.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman::trace {

/// Checks whether this user may read each file, and sets unreadable ones aside; see set_aside(). If
/// a file is missing because its folder is not accessible, notes that reason.
void look_for_unreadable(Trace& trace, WorkerPool& pool);

}  // namespace shaman::trace
