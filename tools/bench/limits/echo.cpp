// SPDX-License-Identifier: GPL-3.0-or-later
// A round trip to a server that does nothing: the limit for one that does something.
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/load/echo_server.hpp"
#include "bench/parts/status_load.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples) {
  const EchoServer echo;
  const std::vector<BlobId> ids{context.content.fresh_id(64)};
  measure_status_calls(context, echo.endpoint(), ids, "echo", samples);
}

}  // namespace

const Bench kEcho{
    "echo",
    Bench::Kind::limit,
    "a round trip to a server of one thread that does nothing",
    {{.id = "echo_1", .label = "echo round trips, 1 connection", .unit = Unit::per_second},
     {.id = "echo_1_p99",
      .label = "echo, 1 connection, p99",
      .unit = Unit::seconds,
      .better = Better::lower},
     {.id = "echo_many", .label = "echo round trips, 64 connections", .unit = Unit::per_second},
     {.id = "echo_many_p99",
      .label = "echo, 64 connections, p99",
      .unit = Unit::seconds,
      .better = Better::lower}},
    run};

}  // namespace shaman::bench
