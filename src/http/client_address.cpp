// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client_address.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "async/task.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kNetworkBytes = 8;

}  // namespace

std::string client_of_address(std::string_view address) {
  error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) return {};
  if (parsed.is_v4()) return parsed.to_string();
  const auto v6 = parsed.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + kNetworkBytes, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace shaman::http
