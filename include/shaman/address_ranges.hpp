// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "shaman/error.hpp"

namespace shaman {

/// Whether this is an IPv4 or IPv6 address, without a port and without brackets.
[[nodiscard]] bool is_address(std::string_view text);

/// Networks by their addresses: `10.0.0.0/8`, `fd00::/8`, `192.168.1.5`. Thread-safe once filled.
class AddressRanges {
 public:
  /// errc::invalid_argument says what is wrong with it.
  [[nodiscard]] result<void> add(std::string_view range);
  [[nodiscard]] bool empty() const noexcept { return v4_.empty() && v6_.empty(); }
  /// `address` without a port. An IPv4 address that came in over IPv6 counts as what it is.
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace shaman
