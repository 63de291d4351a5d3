// SPDX-License-Identifier: GPL-3.0-or-later
// The call that clients make before each upload; half of the requested blobs are stored.
#include <string>
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/figures/statistics.hpp"
#include "bench/parts/status_load.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kOfEach = 500;

void run(Context& context, Samples& samples) {
  std::vector<BlobId> ids;
  for (const BlobId& stored : context.known(kOfEach)) {
    ids.push_back(stored);
    ids.push_back(context.content.fresh_id(stored.size));
  }
  measure_status_calls(context, context.server, ids, "status", samples);
}

}  // namespace

std::vector<Request> status_requests(const Endpoint& server, std::span<const BlobId> ids) {
  std::vector<Request> requests;
  requests.reserve(ids.size());
  for (const BlobId& id : ids)
    requests.push_back(
        get(server, "/api/v3/shaman/files/" + id.digest.hex() + "/" + std::to_string(id.size)));
  return requests;
}

void measure_status_calls(Context& context, const Endpoint& server, std::span<const BlobId> ids,
                          const std::string& name, Samples& samples) {
  const std::vector<Request> requests = status_requests(server, ids);
  const auto measure = [&](const std::string& metric, std::size_t connections, std::size_t count) {
    LoadShape shape;
    shape.connections = connections;
    shape.count = count;
    const LoadResult result = run_load(server, requests, shape);
    if (result.failures() > 0) throw BenchFailed("status calls failed: " + result.statuses());
    samples.add(metric, static_cast<double>(count) / result.seconds);
    samples.add(metric + "_p99", percentile(result.latencies(), 99));
  };
  measure(name + "_1", 1, context.sizes.status_calls);
  measure(name + "_many", context.sizes.many, 3 * context.sizes.status_calls);
}

const Bench kStatus{"status",
                    Bench::Kind::part,
                    "status calls over 1 and over 64 connections",
                    {{.id = "status_1",
                      .label = "status calls, 1 connection",
                      .unit = Unit::per_second,
                      .limits = {"echo_1"}},
                     {.id = "status_1_p99",
                      .label = "status, 1 connection, p99",
                      .unit = Unit::seconds,
                      .better = Better::lower,
                      .limits = {"echo_1_p99"}},
                     {.id = "status_many",
                      .label = "status calls, 64 connections",
                      .unit = Unit::per_second,
                      .limits = {"echo_many"}},
                     {.id = "status_many_p99",
                      .label = "status, 64 connections, p99",
                      .unit = Unit::seconds,
                      .better = Better::lower,
                      .limits = {"echo_many_p99"}}},
                    run};

}  // namespace shaman::bench
