// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/http/server.hpp"
#include "shaman/jobs/checkout_expiry.hpp"

namespace shaman::proxy {

/// The address of the Flamenco Manager.
struct ManagerAddress {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 80;

  /// Parses an http URL without a path. errc::invalid_argument.
  [[nodiscard]] static result<ManagerAddress> parse(std::string_view url);
  [[nodiscard]] std::string authority() const;  ///< `[::1]:8080`
};

/// Refuses a Manager's address that leads to this server itself (errc::invalid_argument), as far
/// as this machine's addresses and names show it. A name that cannot be resolved now is not an
/// error. Blocks on the resolver.
[[nodiscard]] result<void> refuse_own_address(const ManagerAddress& manager,
                                              const std::string& host, std::uint16_t port);

struct ManagerTimeouts {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds answer{120'000};  ///< without a byte of the answer
  std::chrono::milliseconds tunnel{600'000};  ///< without a byte on a WebSocket
};

/// Connects the reverse proxy to the code that erases checkouts (jobs::CheckoutExpiry). Both
/// functions are called from any thread, and may be empty.
struct JobHooks {
  /// Called after the Manager has made a job, or has accepted to delete these jobs.
  std::function<void(const std::vector<jobs::DeletedJob>& deleted)> changed;
  /// Keeps these checkouts from being erased with their jobs while the handle lives.
  std::function<std::shared_ptr<void>(std::vector<std::string> checkouts)> hold;
};

/// Forwards all requests that are not Shaman's to a Manager, for a server in front of it. Streams
/// both ways, WebSockets too. Changes or refuses requests that would do harm (docs/managers.md).
[[nodiscard]] std::shared_ptr<http::ReverseProxy> reverse_proxy_to(const ManagerAddress& address,
                                                                   const ManagerTimeouts& timeouts,
                                                                   JobHooks hooks = {});

}  // namespace shaman::proxy
