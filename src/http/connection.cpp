// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "http/client_address.hpp"
#include "http/endpoint_text.hpp"

namespace shaman::http {
namespace {

// Most requests fit; a thousand idle connections take 2 MB.
constexpr std::size_t kFirstBuffer = 2 * 1024;
// A larger buffer is not kept for the next request.
constexpr std::size_t kKeptBuffer = 16 * 1024;
// The size of one TLS record (RFC 8446, 5.1).
constexpr std::size_t kRecordBytes = 16 * 1024;

std::string peer_of(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? std::string("unknown") : to_text(endpoint);
}

}  // namespace

Connection::Connection(Socket socket, ConnectionTable& table, const Timeouts& timeouts,
                       std::shared_ptr<void> seat)
    : socket_(std::move(socket)),
      event_(socket_.get_executor()),
      peer_(peer_of(socket_)),
      client_of_peer_(client_of_address(address_without_port(peer_))),
      client_(client_of_peer_),
      entry_(table, socket_.native_handle(), event_.waker(), client_of_peer_),
      timeouts_(timeouts),
      seat_(std::move(seat)) {
  error_code ignored;  // the first read finds out that a client is already gone
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  // Only this detects a client whose machine vanished while its socket is left unread.
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
}

std::string_view Connection::buffered() const noexcept {
  return {buffer_.data() + begin_, end_ - begin_};
}

void Connection::consume(std::size_t bytes) noexcept {
  begin_ += bytes;
  if (begin_ < end_) return;
  begin_ = end_ = 0;
  if (buffer_.size() > kKeptBuffer) buffer_ = {};
}

void Connection::put_back(std::string_view bytes) {
  std::vector<char> joined(bytes.begin(), bytes.end());
  joined.insert(joined.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
  buffer_ = std::move(joined);
  begin_ = 0;
  end_ = buffer_.size();
}

Task<bool> Connection::fill() {
  if (end_ == buffer_.size() && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(std::max(kFirstBuffer, 2 * buffer_.size()));
  const std::span<char> room(buffer_.data() + end_, buffer_.size() - end_);
  if (tls_) {
    std::size_t length = 0;
    const bool filled = co_await fill_secure(room, length);
    end_ += length;
    co_return filled && !entry_.is_expired() && !entry_.is_cancelled();
  }
  const auto [error, length] =
      co_await socket_.async_read_some(asio::buffer(room.data(), room.size()), kTuple);
  end_ += length;
  bytes_in_ += length;
  if (error && error != asio::error::eof) lost_ = true;
  co_return !error && !entry_.is_expired() && !entry_.is_cancelled();
}

Task<bool> Connection::fill_secure(std::span<char> room, std::size_t& length) {
  for (;;) {
    const Now now = read_secure(room, length);
    if (now != Now::would_block) co_return now == Now::data;
    if (!co_await wait_for(reading_waits_for_)) co_return false;
  }
}

Task<bool> Connection::wait_for(Socket::wait_type what) {
  const auto [error] = co_await socket_.async_wait(what, kTuple);
  if (error) lost_ = true;
  co_return !error && !entry_.is_expired() && !entry_.is_cancelled();
}

Task<bool> Connection::wait_readable() {
  if (tls_ && may_be_decrypted_) co_return true;
  co_return co_await wait_for(reading_waits_for_);
}

Connection::Now Connection::read_now(std::span<char> into, std::size_t& length) {
  if (tls_) return read_secure(into, length);
  error_code error;
  length = socket_.read_some(asio::buffer(into.data(), into.size()), error);
  bytes_in_ += length;
  if (!error) return Now::data;
  if (error == asio::error::would_block || error == asio::error::try_again) return Now::would_block;
  if (error != asio::error::eof) lost_ = true;
  return Now::ended;
}

Connection::Now Connection::read_secure(std::span<char> into, std::size_t& length) {
  const auto step = tls_->read(into, length);
  bytes_in_ += length;
  may_be_decrypted_ = step == tls::Channel::Step::done && length == into.size();
  reading_waits_for_ =
      step == tls::Channel::Step::wants_write ? Socket::wait_write : Socket::wait_read;
  switch (step) {
    case tls::Channel::Step::done:
      return Now::data;
    case tls::Channel::Step::wants_read:
    case tls::Channel::Step::wants_write:
      return Now::would_block;
    case tls::Channel::Step::failed:
      lost_ = true;
      return Now::ended;
    case tls::Channel::Step::ended:
      return Now::ended;
  }
  return Now::ended;
}

Connection::Now Connection::write_some(const Parts& parts, std::size_t& length) {
  if (tls_) return write_secure(parts, length);
  const std::array<asio::const_buffer, 3> buffers{asio::buffer(parts[0]), asio::buffer(parts[1]),
                                                  asio::buffer(parts[2])};
  error_code error;
  length = socket_.write_some(buffers, error);
  if (!error) return Now::data;
  return error == asio::error::would_block || error == asio::error::try_again ? Now::would_block
                                                                              : Now::ended;
}

// One record for several small parts: otherwise each is a separate packet.
Connection::Now Connection::write_secure(const Parts& parts, std::size_t& length) {
  std::array<char, kRecordBytes> joined;
  std::size_t size = 0;
  for (const std::string_view part : parts)
    size += part.copy(joined.data() + size, joined.size() - size);
  switch (tls_->write({joined.data(), size}, length)) {
    case tls::Channel::Step::done:
      return Now::data;
    case tls::Channel::Step::wants_read:
    case tls::Channel::Step::wants_write:
      return Now::would_block;
    default:
      return Now::ended;
  }
}

Task<bool> Connection::secure(const tls::ServerIdentity& identity) {
  using Step = tls::Channel::Step;
  tls_.emplace(identity, static_cast<tls::Channel::NativeSocket>(socket_.native_handle()));
  enter(Phase::header, timeouts_.header);
  Step step = tls_->handshake();
  while (step == Step::wants_read || step == Step::wants_write) {
    const auto what = step == Step::wants_read ? Socket::wait_read : Socket::wait_write;
    if (!co_await wait_for(what)) break;
    step = tls_->handshake();
  }
  if (step == Step::done) {
    certificate_ = tls_->peer_certificate();
    co_return true;
  }
  tls_failure_ = {tls_->was_plain_http(), is_expired() ? "it took too long" : tls_->error()};
  tls_.reset();
  co_return false;
}

Task<bool> Connection::write(std::array<std::string_view, 3> parts) {
  TransferRate rate(timeouts_.min_rate, timeouts_.rate_window);
  while (parts[0].size() + parts[1].size() + parts[2].size() > 0) {
    std::size_t length = 0;
    const Now now = write_some(parts, length);
    bytes_out_ += length;
    rate.moved(length);
    for (std::string_view& part : parts) {
      const std::size_t step = std::min(length, part.size());
      part.remove_prefix(step);
      length -= step;
    }
    if (now == Now::data) continue;
    if (now == Now::would_block) {
      const bool goes_on = co_await wait_writable(rate);
      if (goes_on) continue;
    }
    lost_ = true;
    co_return false;
  }
  co_return true;
}

Task<bool> Connection::wait_writable(TransferRate& rate) {
  entry_.enter(Phase::writing, timeouts_.stall);
  const auto begin = Clock::now();
  const auto [error] = co_await socket_.async_wait(Socket::wait_write, kTuple);
  rate.waited(Clock::now() - begin);
  if (!error && !rate.is_too_slow() && !entry_.is_expired()) co_return true;
  lost_ = true;
  co_return false;
}

Connection::Now Connection::write_now(std::string_view bytes, std::size_t& length) {
  length = 0;
  const Now now = write_some({bytes, {}, {}}, length);
  bytes_out_ += length;
  return now;
}

std::optional<int> Connection::plain_socket() {
  if (tls_) return std::nullopt;
  return socket_.native_handle();
}

void Connection::finish_writing() {
  if (tls_) tls_->finish();
  error_code ignored;  // no harm: the peer no longer reads
  socket_.shutdown(Socket::shutdown_send, ignored);
}

std::function<void()> Connection::interrupter() {
  // Checked on the strand, where the connection also ends.
  return [this, alive = std::weak_ptr(alive_), strand = strand()] {
    asio::post(strand, [this, alive] {
      if (!alive.lock()) return;
      error_code ignored;  // it may have ended by itself
      socket_.shutdown(Socket::shutdown_both, ignored);
      lost_ = true;
      event_.waker()();
    });
  };
}

std::shared_ptr<void> Connection::watch(std::function<void()> others) {
  entry_.tell_when_gone([end = interrupter(), others] {
    end();
    if (others) others();
  });
  entry_.tell_when_giving_way(std::move(others));
  return {this, [](Connection* watched) {
            watched->entry_.tell_when_gone({});
            watched->entry_.tell_when_giving_way({});
          }};
}

std::shared_ptr<void> Connection::when_gone(std::function<void()> others) {
  entry_.tell_when_gone(std::move(others));
  return {this, [](Connection* watched) { watched->entry_.tell_when_gone({}); }};
}

std::shared_ptr<void> Connection::when_giving_way(std::function<void()> others) {
  entry_.tell_when_giving_way(std::move(others));
  return {this, [](Connection* watched) { watched->entry_.tell_when_giving_way({}); }};
}

Task<std::optional<FairBudget::Grant>> Connection::acquire(FairBudget& budget, std::uint64_t amount,
                                                           TakenBack may_be) {
  FairBudget::Holder* const holder = may_be == TakenBack::no ? nullptr : this;
  const bool is_at_hand = may_be == TakenBack::yes;
  if (auto grant = budget.try_acquire(client_, amount, holder, is_at_hand)) co_return grant;
  enter_waiting();
  FairBudget::Request request(budget, client_, amount, event_.waker(), holder, is_at_hand);
  for (;;) {
    if (entry_.is_expired() || is_lost() || gave_way()) co_return std::nullopt;
    if (auto grant = request.take()) {
      enter_working();
      co_return grant;
    }
    co_await event_.wait(Clock::time_point::max());
  }
}

}  // namespace shaman::http
