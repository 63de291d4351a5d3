// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/auth/access.hpp"

/// What counts as one client where budgets are shared (docs/design/0015-shares-for-each-client.md).
namespace shaman::http {

/// By an address without a port: `10.0.0.7`; of IPv6 the network that one subscriber has,
/// `2001:db8:0:1::/64`. An IPv4 address that came in over IPv6 counts as what it is. Text that is
/// no address is nobody's: the result is empty.
[[nodiscard]] std::string client_of_address(std::string_view address);

/// By who asks, where a token, a certificate or a JWT tells; else by the address. Those whom only
/// their network lets in are many: each address counts.
[[nodiscard]] std::string client_of(const auth::Principal& principal,
                                    std::string_view client_of_its_address);

}  // namespace shaman::http
