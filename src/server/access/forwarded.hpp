// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/address_ranges.hpp"

#include "server/exchange.hpp"

/// The statements of proxies about the clients behind them, as far as they can be trusted.
namespace shaman::http {

inline constexpr std::string_view kForwardedFor = "X-Forwarded-For";

/// The replacement for an entry of X-Forwarded-For without an address (`unknown`, `unix:`).
inline constexpr std::string_view kUnknownAddress = "unknown";

/// The addresses from the client to `peer`, the other end of the connection. `chain` is the list in
/// X-Forwarded-For. Each proxy appends the address that it saw, so the list is read from its end,
/// up to the first address that is not a trusted proxy: the client may have invented any entry
/// before it. Ports are removed (`10.0.0.7:5000`, `[::1]:5000`).
[[nodiscard]] std::vector<std::string> believed_path(std::string_view peer, std::string_view chain,
                                                     const AddressRanges& proxies);

[[nodiscard]] bool is_from_trusted_proxy(const Exchange& exchange);
/// The same path for a request, ready for X-Forwarded-For.
[[nodiscard]] std::string forwarded_for(const Exchange& exchange);

/// The scheme (`http`, `https`) and the authority (`farm:8080`) in the address that the client
/// used. A trusted proxy may state them (X-Forwarded-Proto, X-Forwarded-Host).
[[nodiscard]] std::string_view client_scheme(const Exchange& exchange);
[[nodiscard]] std::string_view client_host(const Exchange& exchange);

/// Logs that a trusted proxy does not state its clients' addresses: once an hour for each proxy.
void warn_of_silent_proxy(const Exchange& exchange);

}  // namespace shaman::http
