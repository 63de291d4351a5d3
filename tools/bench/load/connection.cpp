// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/uio.h>

namespace shaman::bench {
namespace {

// So that many connections get their turns; beyond this a larger portion saves nothing.
constexpr std::size_t kPortion = 1024 * 1024;
constexpr std::size_t kReadSize = 256 * 1024;

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Address Address::resolve(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found);
  if (error != 0)
    throw std::runtime_error("cannot resolve " + endpoint.host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  Address address;
  address.length = found->ai_addrlen;
  std::copy_n(reinterpret_cast<const char*>(found->ai_addr), found->ai_addrlen,
              reinterpret_cast<char*>(&address.storage));
  return address;
}

Connection::Connection(const Address& server)
    : socket_(check(::socket(server.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  check(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&server.storage), server.length),
        "connect to the server");
  const int on = 1;
  check(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
  check(::fcntl(socket_.get(), F_SETFL, O_NONBLOCK), "fcntl");
}

void Connection::start(const Request& request, bool stops_halfway) {
  request_ = &request;
  sent_ = 0;
  stops_halfway_ = stops_halfway;
  parser_.reset();
  watch_ = Stopwatch();
}

std::size_t Connection::body_size() const noexcept {
  return request_->body_start.size() + request_->body_rest.size();
}

std::size_t Connection::may_send_up_to() const noexcept {
  const std::size_t head = request_->head.size();
  if (request_->waits_for_continue && !parser_.may_continue()) return head;
  return head + (stops_halfway_ ? body_size() / 2 : body_size());
}

bool Connection::wants_to_send() const noexcept {
  return !broken_ && request_ != nullptr && sent_ < may_send_up_to();
}

bool Connection::is_halfway() const noexcept {
  return stops_halfway_ && request_ != nullptr && sent_ == may_send_up_to();
}

void Connection::send() {
  if (!wants_to_send()) return;
  const std::size_t end = std::min(may_send_up_to(), sent_ + kPortion);
  std::array<iovec, 3> pieces{};
  std::size_t count = 0;
  std::size_t begin = 0;
  for (const std::string_view part :
       {std::string_view(request_->head), std::string_view(request_->body_start),
        request_->body_rest}) {
    const std::size_t from = std::max(sent_, begin);
    const std::size_t to = std::min(end, begin + part.size());
    if (from < to) pieces[count++] = {const_cast<char*>(part.data()) + (from - begin), to - from};
    begin += part.size();
  }
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  if (sent > 0) sent_ += static_cast<std::size_t>(sent);
  if (sent < 0 && !would_block()) broken_ = true;
}

Connection::Progress Connection::receive() {
  static thread_local std::array<char, kReadSize> buffer;
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && would_block()) return Progress::waiting;
    if (got <= 0) {
      broken_ = true;
      return request_ != nullptr && parser_.end_of_stream() ? Progress::answered : Progress::broken;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (request_ == nullptr || parser_.feed(bytes) != bytes.size())
      throw std::runtime_error("the server sent more than the answer to the request");
    if (parser_.done()) return Progress::answered;
  }
}

Outcome Connection::take_outcome(bool with_body) {
  Outcome outcome;
  outcome.status = parser_.done() ? parser_.status() : 0;
  outcome.seconds = watch_.seconds();
  outcome.body_sent = sent_ - std::min(sent_, request_->head.size());
  if (with_body) outcome.body = std::move(parser_.body());
  usable_ = !broken_ && parser_.keep_alive() && left_nothing_unsent();
  request_ = nullptr;
  return outcome;
}

// A head sent after half a body would be taken for the other half.
bool Connection::left_nothing_unsent() const noexcept {
  const bool body_was_refused = request_->waits_for_continue && !parser_.may_continue();
  return body_was_refused || sent_ == request_->head.size() + body_size();
}

void Connection::close() noexcept {
  socket_.close();
  usable_ = false;
}

}  // namespace shaman::bench
