// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <thread>

#include "bench/load/load.hpp"
#include "bench/load/posix.hpp"

namespace shaman::bench {

/// Answers each request without a body with the same short response, and only looks for the
/// request's end: the cost of a request without work. One thread, which ends with the object.
class EchoServer {
 public:
  EchoServer();
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  void serve();
  void answer(int connection);

  FileDescriptor listener_;
  FileDescriptor stop_;
  FileDescriptor epoll_;
  Endpoint endpoint_;
  std::thread thread_;
};

}  // namespace shaman::bench
