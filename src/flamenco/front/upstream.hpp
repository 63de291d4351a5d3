// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/proxy/manager.hpp"

#include "async/task.hpp"
#include "http/connection.hpp"
#include "http/connection_table.hpp"

namespace shaman::proxy {

/// Connections to the Manager. The Manager closes a connection without a request after a second, so
/// none is opened in advance. All members may be called from any thread.
class Upstream {
 public:
  using Lease = std::unique_ptr<http::Connection>;

  Upstream(const ManagerAddress& address, const ManagerTimeouts& timeouts);

  /// A connection that an earlier request left open and that is still open; null if there is none.
  [[nodiscard]] Lease reuse();
  /// A new connection. errc::unreachable says why it failed.
  [[nodiscard]] http::Task<result<Lease>> connect(const http::Strand& strand);
  /// Keeps the connection for another request. The caller has read the answer to its end.
  void give_back(Lease lease);

  void check(http::Clock::time_point now) { table_.check(now); }
  void cancel();

  /// The name of this server in the `Via` of its requests (RFC 9110, 7.6.3). No other server has
  /// it.
  [[nodiscard]] const std::string& own_name() const noexcept { return own_name_; }
  [[nodiscard]] const ManagerAddress& address() const noexcept { return address_; }
  [[nodiscard]] const ManagerTimeouts& timeouts() const noexcept { return timeouts_; }

 private:
  const ManagerAddress address_;
  const ManagerTimeouts timeouts_;
  const http::Timeouts http_timeouts_;
  const std::string own_name_;
  http::ConnectionTable table_;  // outlives the connections below
  std::mutex mutex_;
  std::vector<Lease> idle_;
};

}  // namespace shaman::proxy
