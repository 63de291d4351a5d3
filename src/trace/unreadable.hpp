// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/trace/trace.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman::trace {

/// Asks of every file whether this user may read it, and sets those aside that are unreadable; see
/// set_aside(). Where something is missing because its folder cannot be looked into, notes that
/// reason.
void look_for_unreadable(Trace& trace, WorkerPool& pool);

}  // namespace shaman::trace
