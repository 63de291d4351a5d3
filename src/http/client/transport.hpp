// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

#include "tls/channel.hpp"

namespace shaman::client {

struct HttpTimeouts {
  std::chrono::milliseconds connect{10'000};  ///< for each address of the host
  std::chrono::milliseconds stall{60'000};    ///< without a byte moved in either direction
};

/// Whether this is the error of a host whose name has no address: the server itself may well run.
[[nodiscard]] bool is_name_unknown(const Error& error);

/// Bytes to and from one server: a socket, through a proxy if there is one, and with TLS if the
/// server's address requires it.
///
/// Reads and writes never wait for the socket: they are tried, and a caller that would block waits
/// until the socket is ready.
class Transport {
 public:
  Transport(boost::asio::any_io_executor strand, Server server, HttpTimeouts timeouts);

  /// Connects again. errc::unreachable names the server or proxy that could not be reached;
  /// errc::access_denied, the server that could not prove its identity, or the proxy that refuses.
  [[nodiscard]] boost::asio::awaitable<result<void>> connect();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }
  void close();

  enum class Now : std::uint8_t { moved, would_block, ended, failed };
  /// `count` is at least 1 if bytes were transferred.
  [[nodiscard]] Now read_some(std::span<char> into, std::size_t& count);
  [[nodiscard]] Now write_some(std::span<const std::byte> bytes, std::size_t& count);
  /// After Now::failed.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  struct Waited {
    bool readable = false;  ///< there may be something to read
    bool writable = false;
  };
  /// None if the time has passed.
  [[nodiscard]] boost::asio::awaitable<std::optional<Waited>> wait(
      bool for_writing, std::chrono::milliseconds patience);

  [[nodiscard]] const Server& server() const noexcept { return server_; }
  [[nodiscard]] const HttpTimeouts& timeouts() const noexcept { return timeouts_; }

 private:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  boost::asio::awaitable<result<std::vector<Endpoint>>> look_up(const std::string& host,
                                                                std::uint16_t port);
  boost::asio::awaitable<result<void>> connect_to(const std::string& host, std::uint16_t port,
                                                  const std::string& name);
  boost::asio::awaitable<result<void>> pass_proxy();
  boost::asio::awaitable<result<void>> secure();
  boost::asio::awaitable<result<std::string>> read_head();
  boost::asio::awaitable<result<void>> write_all(std::string text);
  [[nodiscard]] Now now_after(tls::Channel::Step step);
  [[nodiscard]] Now now_after(const boost::system::error_code& error);

  boost::asio::any_io_executor strand_;
  Server server_;
  HttpTimeouts timeouts_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::optional<tls::Channel> tls_;
  std::string failure_;
};

}  // namespace shaman::client
