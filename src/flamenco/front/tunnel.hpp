// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "async/task.hpp"
#include "http/connection.hpp"

namespace shaman::proxy {

/// Carries bytes both ways between two connections, as WebSockets need it. Ends when both sides
/// have ended, when nothing has moved for `idle`, or when the client must give up its place to
/// another one. Once one side has ended, the other has a few seconds left. Runs on the strand of
/// `client`.
[[nodiscard]] http::Task<> tunnel(http::Connection& client, http::Connection& manager,
                                  http::Clock::duration idle);

}  // namespace shaman::proxy
