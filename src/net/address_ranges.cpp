// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/address_ranges.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <boost/asio/ip/address.hpp>

#include "shaman/text.hpp"

namespace shaman {
namespace {

namespace ip = boost::asio::ip;

// An IPv4 address in IPv6 form counts as IPv4; a zone (`%eth0`) is not part of a network.
std::optional<ip::address> address_of(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v4()) return address;
  if (address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return ip::address_v6(address.to_v6().to_bytes());
}

template <class Network>
bool is_within(const Network& single, const std::vector<Network>& networks) {
  return std::ranges::any_of(networks, [&](const Network& network) {
    return network == single || single.is_subnet_of(network);
  });
}

}  // namespace

bool is_address(std::string_view text) {
  return address_of(text).has_value();
}

result<void> AddressRanges::add(std::string_view range) {
  if (const auto single = address_of(range)) {
    if (single->is_v4()) {
      v4_.emplace_back(single->to_v4(), 32);
    } else {
      v6_.emplace_back(single->to_v6(), 128);
    }
    return {};
  }
  boost::system::error_code error;
  if (const auto v4 = ip::make_network_v4(std::string(range), error); !error) {
    v4_.push_back(v4);
    return {};
  }
  if (const auto v6 = ip::make_network_v6(std::string(range), error); !error) {
    v6_.push_back(v6);
    return {};
  }
  return Error{errc::invalid_argument, text::in_quotes(range) +
                                           " is not a network: write it like 10.0.0.0/8, fd00::/8 "
                                           "or 192.168.1.5"};
}

bool AddressRanges::contains(std::string_view address) const {
  if (empty()) return false;
  const auto single = address_of(address);
  if (!single) return false;
  if (single->is_v4()) return is_within(ip::network_v4(single->to_v4(), 32), v4_);
  return is_within(ip::network_v6(single->to_v6(), 128), v6_);
}

}  // namespace shaman
