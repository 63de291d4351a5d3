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

/// Connections to the Manager. None is opened before it is needed: the Manager closes one on which
/// no request has come within a second. All members may be called from any thread.
class Upstream {
 public:
  using Lease = std::unique_ptr<http::Connection>;

  Upstream(const ManagerAddress& address, const ManagerTimeouts& timeouts);

  /// One that an earlier request left open, and that has not been closed since; else nothing.
  [[nodiscard]] Lease reuse();
  /// A new one. errc::unreachable says why there is none.
  [[nodiscard]] http::Task<result<Lease>> connect(const http::Strand& strand);
  /// Keeps it for another request: its answer has been read to the end.
  void give_back(Lease lease);

  void check(http::Clock::time_point now) { table_.check(now); }
  void cancel();

  /// Under which this server passes requests on (RFC 9110, 7.6.3): no other server has it.
  [[nodiscard]] const std::string& own_name() const noexcept { return own_name_; }
  [[nodiscard]] const ManagerAddress& address() const noexcept { return address_; }
  [[nodiscard]] const ManagerTimeouts& timeouts() const noexcept { return timeouts_; }

 private:
  const ManagerAddress address_;
  const ManagerTimeouts timeouts_;
  const http::Timeouts http_timeouts_;
  const std::string own_name_;
  http::ConnectionTable table_;  // before what is in it
  std::mutex mutex_;
  std::vector<Lease> idle_;
};

}  // namespace shaman::proxy
