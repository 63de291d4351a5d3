// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

#include "http/client/http_message.hpp"
#include "http/client/transport.hpp"

namespace shaman::client {

/// A connection to one server, made when needed, kept alive between requests, and made again if it
/// was lost or an exchange was cancelled. One exchange at a time, on one strand. Notices an early
/// answer while it sends a body; time-outs apply to progress.
class HttpConnection {
 public:
  HttpConnection(boost::asio::any_io_executor strand, Server server, HttpTimeouts timeouts = {});

  /// Sends the request and reads the answer, of any status; an answer that arrives before the whole
  /// body was sent ends the sending. errc::cancelled: the coroutine was; errc::unreachable: no
  /// connection, or it broke or stalled; errc::protocol_error: it is not HTTP, or longer than
  /// allowed; the errors of the body's source.
  [[nodiscard]] boost::asio::awaitable<result<HttpResponse>> exchange(const HttpRequest& request);

  [[nodiscard]] const BaseUrl& url() const noexcept { return transport_.server().url; }
  /// Await exchange() on it.
  [[nodiscard]] const boost::asio::any_io_executor& strand() const noexcept { return strand_; }

 private:
  struct Sent {
    bool is_whole = false;  ///< otherwise the server answered before the end
  };
  struct Attempt;

  boost::asio::awaitable<result<HttpResponse>> attempt(const HttpRequest& request,
                                                       Attempt& progress);
  boost::asio::awaitable<result<Sent>> send(const HttpRequest& request, BodySource* body,
                                            Attempt& progress);
  boost::asio::awaitable<result<Sent>> send_body(const HttpRequest& request, BodySource& body,
                                                 std::size_t head_size, Attempt& progress);
  boost::asio::awaitable<result<Sent>> write(const HttpRequest& request, std::size_t size,
                                             Attempt& progress);
  boost::asio::awaitable<result<bool>> is_told_to_continue(const HttpRequest& request,
                                                           Attempt& progress);
  boost::asio::awaitable<result<HttpResponse>> read_final(const HttpRequest& request,
                                                          Attempt& progress);
  boost::asio::awaitable<result<HttpResponse>> read_one(const HttpRequest& request,
                                                        Attempt& progress,
                                                        std::chrono::milliseconds patience);
  /// Feeds the parser until it has the whole answer, or its head alone.
  template <class Parser>
  boost::asio::awaitable<result<void>> fill(Parser& parser, bool head_alone, Attempt& progress,
                                            std::chrono::milliseconds patience);
  boost::asio::awaitable<result<HttpResponse>> read_to_sink(const HttpRequest& request,
                                                            Attempt& progress);
  template <class Parser>
  boost::asio::awaitable<result<void>> pour(Parser& parser, const HttpRequest& request);
  [[nodiscard]] Error not_http(const boost::system::error_code& error) const;
  template <class Message>
  [[nodiscard]] HttpResponse described(const Message& message) const;
  boost::asio::awaitable<result<std::size_t>> receive(std::chrono::milliseconds patience);
  [[nodiscard]] Transport::Now receive_now(std::size_t& count);
  [[nodiscard]] Error broken(const std::string& why) const;
  [[nodiscard]] std::string head_of(const HttpRequest& request) const;
  void close();

  boost::asio::any_io_executor strand_;
  Transport transport_;
  boost::beast::flat_buffer received_;
  std::vector<std::byte> outgoing_;
  bool was_used_ = false;       ///< the open connection has carried an exchange
  bool is_exchanging_ = false;  ///< at the beginning of one: the last one was cancelled
};

}  // namespace shaman::client
