// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "async/task.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Serves one connection, request after request, until one side ends it. Never throws.
[[nodiscard]] Task<> serve_connection(Socket socket, const Services& services);

/// Tells a client that there are too many, as `message` says, and ends the connection.
[[nodiscard]] Task<> refuse_connection(Socket socket, const Services& services,
                                       std::string_view message);

}  // namespace shaman::http
