// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/tunnel.hpp"

#include <exception>
#include <string>

#include <boost/asio/co_spawn.hpp>

namespace shaman::proxy {
namespace {

using http::Connection;
using Phase = Connection::Phase;

http::Task<> carry(Connection& from, Connection& to, http::Clock::duration idle) {
  for (;;) {
    from.enter(Phase::tunnel, idle);
    if (from.buffered().empty() && !co_await from.fill()) break;
    const std::string bytes(from.buffered());
    from.consume(bytes.size());
    if (!co_await to.write({bytes, {}, {}})) break;
    to.enter(Phase::tunnel, idle);
  }
  // One that was cut off needs no goodbye, and the other is not kept waiting for one.
  if (from.is_lost())
    to.interrupter()();
  else
    to.finish_writing();
}

}  // namespace

http::Task<> tunnel(Connection& client, Connection& manager, http::Clock::duration idle) {
  bool has_ended = false;
  boost::asio::co_spawn(client.strand(), carry(client, manager, idle),
                        [&has_ended, wake = client.event().waker()](const std::exception_ptr&) {
                          has_ended = true;
                          wake();
                        });
  co_await carry(manager, client, idle);
  while (!has_ended)
    co_await client.event().wait(http::Clock::time_point::max());
}

}  // namespace shaman::proxy
