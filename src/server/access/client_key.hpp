// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/auth/access.hpp"

/// What counts as one client where budgets are shared (docs/design/0015-shares-for-each-client.md).
namespace shaman::http {

/// By who asks, where a token, a certificate or a JWT tells; else by the address. Those whom only
/// their network lets in are many: each address counts.
[[nodiscard]] std::string client_of(const auth::Principal& principal,
                                    std::string_view client_of_its_address);

}  // namespace shaman::http
