// SPDX-License-Identifier: GPL-3.0-or-later
// Large files: over one connection one after another, and four at once.
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kAtOnce = 4;

void run(Context& context, Samples& samples) {
  const auto measure = [&](std::string_view metric, std::size_t connections, std::size_t count) {
    const std::vector<Request> uploads =
        make_uploads(context.server, context.content, count, context.sizes.large_file);
    LoadShape shape;
    shape.connections = connections;
    const double seconds = context.load(uploads, shape).seconds;
    samples.add(metric, static_cast<double>(count * context.sizes.large_file) / seconds);
  };
  measure("large_1", 1, context.sizes.large_count);
  measure("large_4", kAtOnce, kAtOnce);
}

}  // namespace

const Bench kLargeUploads{"large-uploads",
                          Bench::Kind::part,
                          "uploads of large files, one at a time and 4 at once",
                          {{.id = "large_1",
                            .label = "large uploads, one at a time",
                            .unit = Unit::bytes_per_second,
                            .limits = {"large_write_fsync", "loopback_hash_write"},
                            .target = Target{Target::Of::limit, 0.9}},
                           {.id = "large_4",
                            .label = "large uploads, 4 at once",
                            .unit = Unit::bytes_per_second,
                            .limits = {"large_write_fsync", "sha256"}}},
                          run};

}  // namespace shaman::bench
