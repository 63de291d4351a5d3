// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>

#include "shaman/proxy/manager.hpp"
#include "shaman/text.hpp"

namespace shaman::proxy {
namespace {

Error wrong(std::string_view url, std::string_view why) {
  return {errc::malformed_request, text::in_quotes(url) +
                                       " is not a Manager's address: " + std::string(why) +
                                       "; write it like http://manager.local:8080"};
}

}  // namespace

result<ManagerAddress> ManagerAddress::parse(std::string_view url) {
  std::string_view rest = url;
  if (rest.starts_with("https://")) return wrong(url, "a Flamenco Manager speaks plain http");
  if (!rest.starts_with("http://")) return wrong(url, "it must begin with http://");
  rest.remove_prefix(7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos)
    return wrong(url, "only a host and a port may follow, as the Manager has no path");

  ManagerAddress address;
  std::string_view port;
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  address.host = rest.substr(0, colon);
  if (colon != std::string_view::npos) port = rest.substr(colon + 1);
  if (bracket != std::string_view::npos) address.host = rest.substr(1, bracket - 1);
  if (address.host.empty()) return wrong(url, "it names no host");
  if (colon == std::string_view::npos) return address;
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size() || address.port == 0)
    return wrong(url, "the port must be a number from 1 to 65535");
  return address;
}

std::string ManagerAddress::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace shaman::proxy
