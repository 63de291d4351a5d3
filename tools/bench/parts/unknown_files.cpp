// SPDX-License-Identifier: GPL-3.0-or-later
// Requirements of unknown files, so that the answer names them all: against a store that is empty
// except for the earlier files of this run, and against one that is not.
#include <string>
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/parts/requirements.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples, const std::string& state) {
  for (const std::size_t count : context.sizes.unknown) {
    std::vector<BlobId> ids;
    ids.reserve(count);
    while (ids.size() < count)
      ids.push_back(context.content.fresh_id(1'000'000));
    const std::string name = "unknown_" + state + "_" + std::to_string(count);
    context.process.forget_peak();
    samples.add(name, requirements_seconds(context, ids, count));
    if (const auto peak = context.process.peak_memory())
      samples.add(name + "_memory", static_cast<double>(*peak));
  }
}

void run_empty(Context& context, Samples& samples) {
  // Only the first round finds the store empty; its own repeats store nothing.
  constexpr int kRepeats = 3;
  if (context.has_known()) return;
  for (int i = 0; i < kRepeats; ++i)
    run(context, samples, "empty");
}

void run_full(Context& context, Samples& samples) {
  (void)context.known(context.sizes.known.back());
  run(context, samples, "full");
}

Metric seconds_metric(std::string_view id, std::string_view label,
                      std::optional<double> target = {}) {
  Metric metric{.id = id, .label = label, .unit = Unit::seconds, .better = Better::lower};
  if (target) metric.target = Target{Target::Of::figure, *target};
  return metric;
}

Metric memory_metric(std::string_view id, std::string_view label) {
  return {.id = id,
          .label = label,
          .unit = Unit::bytes,
          .better = Better::lower,
          .target = Target{Target::Of::figure, 160e6}};
}

}  // namespace

const Bench kUnknownFilesEmpty{
    "unknown-files-empty",
    Bench::Kind::part,
    "requirements of unknown files, before anything is stored",
    {seconds_metric("unknown_empty_10000", "requirements, 10,000 unknown, empty store"),
     seconds_metric("unknown_empty_100000", "requirements, 100,000 unknown, empty store"),
     seconds_metric("unknown_empty_370000", "requirements, 370,000 unknown, empty store", 1.2),
     memory_metric("unknown_empty_370000_memory", "… most memory of the server")},
    run_empty};

const Bench kUnknownFilesFull{
    "unknown-files-full",
    Bench::Kind::part,
    "requirements of unknown files, with 100,000 others stored",
    {seconds_metric("unknown_full_10000", "requirements, 10,000 unknown, full store"),
     seconds_metric("unknown_full_100000", "requirements, 100,000 unknown, full store"),
     seconds_metric("unknown_full_370000", "requirements, 370,000 unknown, full store", 2),
     memory_metric("unknown_full_370000_memory", "… most memory of the server")},
    run_full};

}  // namespace shaman::bench
