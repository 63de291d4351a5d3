// SPDX-License-Identifier: GPL-3.0-or-later
// Requirements of files that are all stored: when they were last used days ago and the
// server has just started ("cold"), and when it has just marked them.
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/parts/requirements.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples) {
  const std::vector<std::size_t>& counts = context.sizes.known;
  // Each count has its own files: one must not mark those of the other.
  std::span<const BlobId> left =
      context.known(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  const bool cold = context.process.can_start_cold();
  if (cold) context.process.start_cold(left);
  for (const std::size_t count : counts) {
    const std::span<const BlobId> ids = left.first(count);
    left = left.subspan(count);
    const double first = requirements_seconds(context, ids, 0);
    if (cold) samples.add("known_cold_" + std::to_string(count), first);
    samples.add("known_marked_" + std::to_string(count), requirements_seconds(context, ids, 0));
  }
}

Metric metric(std::string_view id, std::string_view label, std::string_view limit,
              std::optional<double> target) {
  Metric metric{
      .id = id, .label = label, .unit = Unit::seconds, .better = Better::lower, .limits = {limit}};
  if (target) metric.target = Target{Target::Of::figure, *target};
  return metric;
}

}  // namespace

const Bench kKnownFiles{
    "known-files",
    Bench::Kind::part,
    "requirements of stored files: cold (needs --restart and --storage) and marked lately",
    {metric("known_cold_1000", "requirements, 1,000 known, cold", "marks_1000", {}),
     metric("known_marked_1000", "requirements, 1,000 known, marked lately", "marks_1000", {}),
     metric("known_cold_10000", "requirements, 10,000 known, cold", "marks_10000", 0.06),
     metric("known_marked_10000", "requirements, 10,000 known, marked lately", "marks_10000", 0.03),
     metric("known_cold_100000", "requirements, 100,000 known, cold", "marks_100000", 0.7),
     metric("known_marked_100000", "requirements, 100,000 known, marked lately", "marks_100000",
            0.25)},
    run};

}  // namespace shaman::bench
