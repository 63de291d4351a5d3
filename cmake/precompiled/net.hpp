// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for what speaks HTTP: Asio and Beast take seconds to read.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

#include "std.hpp"
