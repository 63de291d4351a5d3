// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "async/task.hpp"
#include "http/response.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Forwards requests that are not this service's own to another server behind it.
class ReverseProxy {
 public:
  virtual ~ReverseProxy() = default;

  /// Answers one request by calling the other server. Usually the answer then `is_sent`.
  [[nodiscard]] virtual Task<Response> pass(Exchange& exchange) = 0;
  /// The role that a call needs.
  [[nodiscard]] virtual auth::Role role_for(const RequestHead& head) const = 0;
  /// Ends requests past their deadline; called a few times a second, from any thread.
  virtual void check(Clock::time_point now) = 0;
  /// Closes every connection to the other server.
  virtual void cancel() = 0;
};

}  // namespace shaman::http
