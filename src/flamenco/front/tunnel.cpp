// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/tunnel.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>

namespace shaman::proxy {
namespace {

using http::Clock;
using http::Connection;
using Phase = Connection::Phase;

// How long the other side may still speak once one has ended.
constexpr std::chrono::seconds kGoodbye{5};

class Tunnel {
 public:
  explicit Tunnel(Clock::duration idle) : idle_(idle) {}

  http::Task<> carry(Connection& from, Connection& to) {
    for (;;) {
      wait(from);
      if (from.buffered().empty() && !co_await from.fill()) break;
      const std::string bytes(from.buffered());
      from.consume(bytes.size());
      if (!co_await to.write({bytes, {}, {}})) break;
      wait(to);
    }
    end(from, to);
  }

 private:
  void wait(Connection& side) {
    const Clock::duration left = end_ ? *end_ - Clock::now() : idle_;
    side.enter(Phase::tunnel, left);
  }

  // A side that was cut off, or that others need the place of, takes the other one with it.
  void end(Connection& from, Connection& to) {
    if (from.is_lost() || from.gave_way() || from.is_expired()) return to.interrupter()();
    if (!end_) end_ = Clock::now() + kGoodbye;
    wait(to);
    to.finish_writing();
  }

  const Clock::duration idle_;
  std::optional<Clock::time_point> end_;
};

}  // namespace

http::Task<> tunnel(Connection& client, Connection& manager, Clock::duration idle) {
  Tunnel tunnel(idle);
  bool has_ended = false;
  boost::asio::co_spawn(client.strand(), tunnel.carry(client, manager),
                        [&has_ended, wake = client.event().waker()](const std::exception_ptr&) {
                          has_ended = true;
                          wake();
                        });
  co_await tunnel.carry(manager, client);
  while (!has_ended)
    co_await client.event().wait(Clock::time_point::max());
}

}  // namespace shaman::proxy
