// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/upstream.hpp"

#include <array>
#include <string>
#include <utility>

#include <boost/asio/ip/basic_resolver.hpp>

#include "flamenco/front/random_name.hpp"

namespace shaman::proxy {
namespace {

namespace asio = boost::asio;
using http::Connection;
using http::kTuple;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, http::Strand>;

constexpr std::size_t kMostIdle = 64;
constexpr std::chrono::seconds kIdle{60};

http::Timeouts timeouts_towards(const ManagerTimeouts& timeouts) {
  http::Timeouts towards;
  towards.stall = timeouts.answer;
  towards.min_rate = 0;  // the Manager may answer slowly
  towards.work = timeouts.answer;
  return towards;
}

}  // namespace

Upstream::Upstream(const ManagerAddress& address, const ManagerTimeouts& timeouts)
    : address_(address),
      timeouts_(timeouts),
      http_timeouts_(timeouts_towards(timeouts)),
      own_name_(random_name()) {}

Upstream::Lease Upstream::reuse() {
  for (;;) {
    Lease lease;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) return nullptr;
      lease = std::move(idle_.back());
      idle_.pop_back();
    }
    // A readable connection is useless: the Manager has closed it, or sent something unasked.
    std::array<char, 1> unasked{};
    std::size_t length = 0;
    if (lease->read_now(unasked, length) == Connection::Now::would_block) return lease;
  }
}

http::Task<result<Upstream::Lease>> Upstream::connect(const http::Strand& strand) {
  const auto failed = [&](const std::string& why) {
    return Error{errc::unreachable,
                 "the Flamenco Manager at " + address_.authority() + " cannot be reached: " + why};
  };
  Resolver resolver(strand);
  const std::string port = std::to_string(address_.port);
  const auto [unresolved, found] = co_await resolver.async_resolve(address_.host, port, kTuple);
  if (unresolved) co_return failed(unresolved.message());
  std::string why = "the name has no address";
  for (const auto& entry : found) {
    http::Socket socket(strand);
    http::error_code error;
    socket.open(entry.endpoint().protocol(), error);
    if (!error) {
      http::ConnectionTable::Entry deadline(table_, socket.native_handle(), [] {});
      deadline.enter(http::ConnectionTable::Phase::writing, timeouts_.connect);
      const auto [refused] = co_await socket.async_connect(entry.endpoint(), kTuple);
      error = refused;
      if (deadline.is_expired()) error = asio::error::timed_out;
    }
    if (!error) co_return std::make_unique<Connection>(std::move(socket), table_, http_timeouts_);
    why = error.message();
  }
  co_return failed(why);
}

void Upstream::give_back(Lease lease) {
  if (lease->is_lost() || !lease->buffered().empty()) return;
  lease->enter(Connection::Phase::idle, kIdle);
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(lease));
}

void Upstream::cancel() {
  table_.cancel();
  std::vector<Lease> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(idle_);
}

}  // namespace shaman::proxy
