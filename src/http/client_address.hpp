// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::http {

/// Whose an address is where budgets are shared: without a port: `10.0.0.7`; of IPv6 the network
/// that one subscriber has, `2001:db8:0:1::/64`. An IPv4 address that came in over IPv6 counts as
/// what it is. Text that is no address is nobody's: the result is empty.
[[nodiscard]] std::string client_of_address(std::string_view address);

}  // namespace shaman::http
