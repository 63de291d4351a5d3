// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/auth/access.hpp"

/// What counts as one client in shared budgets (docs/design/0015-shares-for-each-client.md).
namespace shaman::http {

/// The principal, if a token, a certificate or a JWT identifies it; else the address. Principals of
/// a network are many clients: each address counts.
[[nodiscard]] std::string client_of(const auth::Principal& principal,
                                    std::string_view client_of_its_address);

}  // namespace shaman::http
