// SPDX-License-Identifier: GPL-3.0-or-later
// A thousand uploads at once, all half done at the same moment: the server's memory.
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kFileSize = 1024 * 1024;

void run(Context& context, Samples& samples) {
  const std::size_t count = context.sizes.uploads_at_once;
  const std::vector<Request> uploads =
      make_uploads(context.server, context.content, count, kFileSize);
  LoadShape shape;
  shape.connections = count;
  shape.meet_halfway = true;
  context.process.forget_peak();
  const LoadResult result = context.load(uploads, shape);
  samples.add("many_uploads", static_cast<double>(count * kFileSize) / result.seconds);
  if (const auto peak = context.process.peak_memory())
    samples.add("many_uploads_memory", static_cast<double>(*peak));
}

}  // namespace

const Bench kManyUploads{"many-uploads",
                         Bench::Kind::part,
                         "1,000 uploads of 1 MiB at once, all half done at the same moment",
                         {{.id = "many_uploads",
                           .label = "1,000 uploads of 1 MiB at once",
                           .unit = Unit::bytes_per_second},
                          {.id = "many_uploads_memory",
                           .label = "… most memory of the server",
                           .unit = Unit::bytes,
                           .better = Better::lower,
                           .target = Target{Target::Of::figure, 128.0 * 1024 * 1024}}},
                         run};

}  // namespace shaman::bench
