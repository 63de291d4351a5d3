// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/socket.h>

#include "bench/figures/stopwatch.hpp"
#include "bench/load/load.hpp"
#include "bench/load/posix.hpp"
#include "bench/load/response_parser.hpp"

namespace shaman::bench {

/// A server's resolved address.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  /// std::runtime_error if the name cannot be resolved.
  [[nodiscard]] static Address resolve(const Endpoint& endpoint);
};

/// One connection with at most one request under way, on a non-blocking socket. The owner waits for
/// the socket and calls send() and receive().
class Connection {
 public:
  /// Connects, blocking. std::system_error.
  explicit Connection(const Address& server);

  [[nodiscard]] int socket() const noexcept { return socket_.get(); }

  /// Takes the next request; it must live until the response is done.
  void start(const Request& request, bool stops_halfway);

  /// Sends one portion of the available bytes. receive() reports errors, because a server that
  /// closes may have answered before.
  void send();
  [[nodiscard]] bool wants_to_send() const noexcept;

  enum class Progress : std::uint8_t { waiting, answered, broken };
  /// Reads the available bytes.
  [[nodiscard]] Progress receive();

  [[nodiscard]] bool is_halfway() const noexcept;
  void pass_halfway() noexcept { stops_halfway_ = false; }

  /// The result of the request, which this ends; after `answered` or `broken`.
  [[nodiscard]] Outcome take_outcome(bool with_body);
  /// Whether a request is running.
  [[nodiscard]] bool is_busy() const noexcept { return request_ != nullptr; }
  /// Whether the next request may use this connection.
  [[nodiscard]] bool is_usable() const noexcept { return usable_; }
  void close() noexcept;

 private:
  [[nodiscard]] std::size_t body_size() const noexcept;
  [[nodiscard]] std::size_t may_send_up_to() const noexcept;
  [[nodiscard]] bool left_nothing_unsent() const noexcept;

  FileDescriptor socket_;
  const Request* request_ = nullptr;
  std::size_t sent_ = 0;  // of head and body
  bool stops_halfway_ = false;
  bool broken_ = false;
  bool usable_ = true;
  ResponseParser parser_;
  Stopwatch watch_;
};

}  // namespace shaman::bench
