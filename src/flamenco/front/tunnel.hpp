// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "async/task.hpp"
#include "http/connection.hpp"

namespace shaman::proxy {

/// Carries bytes both ways between two connections, as WebSockets need it, until both have ended,
/// nothing has moved for `idle`, or the client gives way. If one side ends, the other has a few
/// seconds to do the same. On the strand of `client`.
[[nodiscard]] http::Task<> tunnel(http::Connection& client, http::Connection& manager,
                                  http::Clock::duration idle);

}  // namespace shaman::proxy
