// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/forwarded.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "http/endpoint_text.hpp"

namespace shaman::http {
namespace {

std::string address_in(std::string_view entry) {
  entry = text::trimmed(entry);
  // One colon separates a port; an IPv6 address has more of them, and with a port has brackets.
  if (entry.starts_with('[') || std::ranges::count(entry, ':') == 1)
    entry = address_without_port(entry);
  return std::string(is_address(entry) ? entry : kUnknownAddress);
}

// A second line, or a list, may come from a client, passed on by a proxy.
std::string_view only_value(const Exchange& exchange, std::string_view name) {
  if (!is_from_trusted_proxy(exchange) || exchange.head.fields.count(name) != 1) return {};
  const std::string_view value = exchange.head.header(name);
  return value.find(',') == std::string_view::npos ? value : std::string_view();
}

}  // namespace

std::vector<std::string> believed_path(std::string_view peer, std::string_view chain,
                                       const AddressRanges& proxies) {
  std::vector<std::string> path{std::string(peer)};
  while (!chain.empty() && proxies.contains(path.back())) {
    const std::size_t comma = chain.rfind(',');
    const bool is_first = comma == std::string_view::npos;
    path.push_back(address_in(is_first ? chain : chain.substr(comma + 1)));
    chain = is_first ? std::string_view() : chain.substr(0, comma);
  }
  std::ranges::reverse(path);
  return path;
}

bool is_from_trusted_proxy(const Exchange& exchange) {
  return exchange.options.trusted_proxies.contains(
      address_without_port(exchange.connection.peer()));
}

std::string forwarded_for(const Exchange& exchange) {
  return text::listed(believed_path(address_without_port(exchange.connection.peer()),
                                    exchange.head.header_list(kForwardedFor),
                                    exchange.options.trusted_proxies));
}

std::string_view client_scheme(const Exchange& exchange) {
  const std::string_view told = only_value(exchange, "X-Forwarded-Proto");
  for (const std::string_view known : {"http", "https"})
    if (text::is_same_but_for_case(told, known)) return known;
  return exchange.connection.is_secure() ? "https" : "http";
}

std::string_view client_host(const Exchange& exchange) {
  const std::string_view told = only_value(exchange, "X-Forwarded-Host");
  return told.empty() ? exchange.head.header("Host") : told;
}

void warn_of_silent_proxy(const Exchange& exchange) {
  if (!is_from_trusted_proxy(exchange) || !exchange.head.header_list(kForwardedFor).empty()) return;
  const std::string proxy(address_without_port(exchange.connection.peer()));
  if (!exchange.services.rare_warnings.is_due("silent proxy " + proxy, Clock::now())) return;
  spdlog::warn(
      "requests from {}, which trusted-proxies names, carry no X-Forwarded-For: no client behind"
      " this proxy has the role of a network. A proxy must set that header itself, or its clients"
      " can set it to any address (in nginx, a location with a proxy_set_header of its own drops"
      " those of the server block; see docs/nginx.conf). If no proxy runs there, remove the address"
      " from trusted-proxies",
      proxy);
}

}  // namespace shaman::http
