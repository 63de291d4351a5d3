// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::http {

/// The client that an address stands for in shared budgets, without a port: `10.0.0.7`; for IPv6
/// the network of one subscriber, `2001:db8:0:1::/64`. An IPv4 address in IPv6 form counts as IPv4.
/// Text that is not an address has no client: the result is empty.
[[nodiscard]] std::string client_of_address(std::string_view address);

}  // namespace shaman::http
