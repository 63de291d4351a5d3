// SPDX-License-Identifier: GPL-3.0-or-later
// Many small files, over one connection and over many.
#include <string>
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/figures/statistics.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples) {
  const auto measure = [&](const std::string& metric, std::size_t connections, std::size_t count) {
    const std::vector<Request> uploads =
        make_uploads(context.server, context.content, count, context.sizes.small_file);
    LoadShape shape;
    shape.connections = connections;
    const LoadResult result = run_load(context.server, uploads, shape);
    const std::vector<double> latencies = result.latencies();
    const std::size_t stored = count - result.failures();
    samples.add(metric, static_cast<double>(stored) / result.seconds);
    samples.add(metric + "_p50", median(latencies));
    samples.add(metric + "_p99", percentile(latencies, 99));
    samples.add(metric + "_refused", static_cast<double>(result.failures()));
  };
  measure("small_1", 1, context.sizes.small_count_alone);
  measure("small_many", context.sizes.many, context.sizes.small_count_many);
}

Metric seconds_metric(std::string_view id, std::string_view label) {
  return {.id = id, .label = label, .unit = Unit::seconds, .better = Better::lower};
}

Metric refused_metric(std::string_view id, std::string_view label) {
  return {.id = id,
          .label = label,
          .unit = Unit::count,
          .better = Better::lower,
          .target = Target{Target::Of::figure, 0}};
}

}  // namespace

const Bench kSmallUploads{
    "small-uploads",
    Bench::Kind::part,
    "uploads of 16 KiB files over 1 and over 64 connections",
    {{.id = "small_1",
      .label = "16 KiB uploads, 1 connection",
      .unit = Unit::per_second,
      .limits = {"small_fsync"},
      .target = Target{Target::Of::limit, 1.0}},
     seconds_metric("small_1_p50", "16 KiB upload, 1 connection, p50"),
     seconds_metric("small_1_p99", "16 KiB upload, 1 connection, p99"),
     refused_metric("small_1_refused", "16 KiB uploads, 1 connection, not stored"),
     {.id = "small_many",
      .label = "16 KiB uploads, 64 connections",
      .unit = Unit::per_second,
      .limits = {"small_fsync_many"}},
     seconds_metric("small_many_p50", "16 KiB upload, 64 connections, p50"),
     seconds_metric("small_many_p99", "16 KiB upload, 64 connections, p99"),
     refused_metric("small_many_refused", "16 KiB uploads, 64 connections, not stored")},
    run};

}  // namespace shaman::bench
