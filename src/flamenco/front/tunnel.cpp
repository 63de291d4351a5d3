// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/tunnel.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>

namespace shaman::proxy {
namespace {

using http::Clock;
using http::Connection;
using Phase = Connection::Phase;

// How long one side may still send after the other has ended.
constexpr std::chrono::seconds kGoodbye{5};

class Tunnel {
 public:
  Tunnel(Connection& client, Connection& manager, Clock::duration idle)
      : client_(client), manager_(manager), idle_(idle) {}

  // Returns when both directions have ended.
  http::Task<> run() {
    const auto is_gone = std::make_shared<std::atomic<bool>>(false);
    const auto watch = client_.when_gone([is_gone, wake = client_.event().waker()] {
      *is_gone = true;
      wake();
    });
    start(client_, manager_);
    start(manager_, client_);
    while (carrying_ > 0) {
      co_await client_.event().wait(Clock::time_point::max());
      // The client's last bytes may still wait for a Manager that does not read.
      if (*is_gone) say_goodbye();
    }
  }

 private:
  void start(Connection& from, Connection& to) {
    ++carrying_;
    boost::asio::co_spawn(client_.strand(), carry(from, to),
                          [this, wake = client_.event().waker()](const std::exception_ptr&) {
                            --carrying_;
                            wake();
                          });
  }

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

  void wait(Connection& side) {
    const Clock::duration left = end_ ? *end_ - Clock::now() : idle_;
    side.enter(Phase::tunnel, left);
  }

  void say_goodbye() {
    if (end_) return;
    end_ = Clock::now() + kGoodbye;
    wait(client_);
    wait(manager_);
  }

  // If one side was cut off, or had to give up its place, the other one ends at once.
  void end(Connection& from, Connection& to) {
    if (from.is_lost() || from.gave_way() || from.is_expired()) return to.interrupter()();
    say_goodbye();
    to.finish_writing();
  }

  Connection& client_;
  Connection& manager_;
  const Clock::duration idle_;
  std::optional<Clock::time_point> end_;
  int carrying_ = 0;
};

}  // namespace

http::Task<> tunnel(Connection& client, Connection& manager, Clock::duration idle) {
  Tunnel tunnel(client, manager, idle);
  co_await tunnel.run();
}

}  // namespace shaman::proxy
