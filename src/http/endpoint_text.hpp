// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace shaman::http {

/// `127.0.0.1:8080`, `[::1]:8080`.
[[nodiscard]] inline std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint) {
  const auto& address = endpoint.address();
  std::string text;
  if (address.is_v6()) text += '[';
  text += address.to_string();
  if (address.is_v6()) text += ']';
  text += ':';
  text += std::to_string(endpoint.port());
  return text;
}

/// `10.0.0.7` of `10.0.0.7:50123`, `::1` of `[::1]:50123` and of `[::1]`; a name without a port
/// does not change.
[[nodiscard]] inline std::string_view address_without_port(std::string_view text) {
  if (!text.ends_with(']')) text = text.substr(0, text.rfind(':'));
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace shaman::http
