// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <ifaddrs.h>
#include <netinet/in.h>

#include "shaman/proxy/manager.hpp"
#include "shaman/text.hpp"

namespace shaman::proxy {
namespace {

namespace ip = boost::asio::ip;

// An IPv4 address in the form of an IPv6 address is the same place.
ip::address plain(ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

std::vector<ip::address> addresses_of(const std::string& host, bool to_listen) {
  boost::asio::io_context context;
  ip::tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto flags = to_listen ? ip::tcp::resolver::passive : ip::tcp::resolver::flags();
  std::vector<ip::address> found;
  for (const auto& entry : resolver.resolve(host, "1", flags, error))
    found.push_back(plain(entry.endpoint().address()));
  return found;
}

std::vector<ip::address> addresses_of_interfaces() {
  ::ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<::ifaddrs, decltype(&::freeifaddrs)> holder(first, &::freeifaddrs);
  std::vector<ip::address> found;
  for (const ::ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    if (each->ifa_addr->sa_family == AF_INET) {
      const auto* const four = reinterpret_cast<const ::sockaddr_in*>(each->ifa_addr);
      found.emplace_back(ip::address_v4(ntohl(four->sin_addr.s_addr)));
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      const auto* const six = reinterpret_cast<const ::sockaddr_in6*>(each->ifa_addr);
      ip::address_v6::bytes_type bytes;
      std::copy(std::begin(six->sin6_addr.s6_addr), std::end(six->sin6_addr.s6_addr),
                bytes.begin());
      found.emplace_back(ip::address_v6(bytes));
    }
  }
  return found;
}

bool is_of_this_machine(const ip::address& address) {
  if (address.is_loopback() || address.is_unspecified()) return true;
  ip::address bare = address;
  if (bare.is_v6()) bare = ip::address_v6(bare.to_v6().to_bytes());  // without its zone
  const auto own = addresses_of_interfaces();
  return std::ranges::find(own, bare) != own.end();
}

bool is_reached_at(const ip::address& listened, const ip::address& asked) {
  if (listened == asked) return true;
  // An IPv6 socket on all addresses takes IPv4 connections too.
  if (listened.is_unspecified() && (listened.is_v6() || asked.is_v4()))
    return is_of_this_machine(asked);
  // A connection to the unspecified address reaches this machine.
  return asked.is_unspecified() && listened.is_loopback();
}

}  // namespace

result<void> refuse_own_address(const ManagerAddress& manager, const std::string& host,
                                std::uint16_t port) {
  if (manager.port != port) return {};
  const auto listened = addresses_of(host, true);
  for (const ip::address& asked : addresses_of(manager.host, false))
    for (const ip::address& own : listened)
      if (is_reached_at(own, asked))
        return Error{errc::invalid_argument,
                     text::in_quotes("http://" + manager.authority()) +
                         " leads to this server itself (it listens on " + own.to_string() +
                         ", port " + std::to_string(port) +
                         "), but must lead to the Flamenco Manager: change the port of the Manager"
                         " or of this server"};
  return {};
}

}  // namespace shaman::proxy
