// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "async/task.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Serves one connection, request after request, until one side ends it. Never throws. `seat` is
/// its place at the client's address.
[[nodiscard]] Task<> serve_connection(Socket socket, const Services& services,
                                      std::shared_ptr<void> seat);

/// Answers a client with `message` because there are too many connections, and ends this one.
[[nodiscard]] Task<> refuse_connection(Socket socket, const Services& services,
                                       std::string_view message);

}  // namespace shaman::http
