// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "async/task.hpp"
#include "http/connection.hpp"

namespace shaman::proxy {

/// Carries bytes both ways between two connections, as WebSockets need it, until both have ended or
/// nothing has moved for `idle`. On the strand of `client`.
[[nodiscard]] http::Task<> tunnel(http::Connection& client, http::Connection& manager,
                                  http::Clock::duration idle);

}  // namespace shaman::proxy
