// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "async/task.hpp"
#include "http/response.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// Where requests go that are not this service's own: the server of another program behind it.
class Passage {
 public:
  virtual ~Passage() = default;

  /// Answers one request by asking the other server. Most often the answer `is_sent` then.
  [[nodiscard]] virtual Task<Response> pass(Exchange& exchange) = 0;
  /// What a call needs.
  [[nodiscard]] virtual auth::Role role_for(const RequestHead& head) const = 0;
  /// Ends what is past its deadline; called a few times a second, from any thread.
  virtual void check(Clock::time_point now) = 0;
  /// Closes every connection to the other server.
  virtual void cancel() = 0;
};

}  // namespace shaman::http
