// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace shaman::test {

/// One connection, as a script of a server sees it: blocking, byte by byte.
class ScriptedConnection {
 public:
  explicit ScriptedConnection(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  /// Up to the empty line; empty at the end of the connection.
  std::string read_head() {
    boost::system::error_code error;
    const std::size_t size =
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n\r\n", error);
    std::string head = buffer_.substr(0, error ? 0 : size);
    buffer_.erase(0, head.size());
    return head;
  }
  std::string read(std::size_t size) {
    boost::system::error_code error;
    if (buffer_.size() < size)
      boost::asio::read(socket_, boost::asio::dynamic_buffer(buffer_),
                        boost::asio::transfer_exactly(size - buffer_.size()), error);
    std::string data = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return data;
  }
  void write(std::string_view text) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(text), ignored);
  }
  /// With a reset, not an orderly end.
  void reset() {
    boost::system::error_code ignored;
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

 private:
  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
};

/// Runs one script for each connection that comes, in their order, on a thread of its own; then
/// closes the door.
class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  explicit ScriptedServer(std::vector<Script> scripts)
      : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
        port_(acceptor_.local_endpoint().port()),
        thread_([this, scripts = std::move(scripts)] {
          for (const Script& script : scripts) {
            boost::system::error_code error;
            boost::asio::ip::tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error) return;
            ScriptedConnection connection(std::move(socket));
            script(connection);
          }
          boost::system::error_code ignored;
          acceptor_.close(ignored);
        }) {}
  /// Waits for the scripts to end.
  ~ScriptedServer() { thread_.join(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::thread thread_;
};

}  // namespace shaman::test
