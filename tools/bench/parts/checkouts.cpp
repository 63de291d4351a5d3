// SPDX-License-Identifier: GPL-3.0-or-later
// Creating checkouts right after the requirements call for their files, as clients do.
#include <string>

#include "bench/benches.hpp"
#include "bench/context.hpp"
#include "bench/parts/requirements.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples) {
  for (const std::size_t count : context.sizes.checkouts) {
    const std::span<const BlobId> ids = context.known(count);
    (void)requirements_seconds(context, ids, 0);
    const std::string path = context.content.fresh_name();
    const std::string json = files_json(ids, path);
    const Outcome outcome =
        context.ask(post_json(context.server, "/api/v3/shaman/checkout/create", json));
    if (outcome.body.find(path) == std::string::npos)
      throw BenchFailed("the checkout has another path than " + path + ": " + outcome.body);
    samples.add("checkout_" + std::to_string(count), outcome.seconds);
  }
}

Metric metric(std::string_view id, std::string_view label, std::string_view limit) {
  return {.id = id,
          .label = label,
          .unit = Unit::seconds,
          .better = Better::lower,
          .limits = {limit},
          .target = Target{Target::Of::limit, 1.4}};
}

}  // namespace

const Bench kCheckouts{"checkouts",
                       Bench::Kind::part,
                       "creating checkouts",
                       {metric("checkout_1000", "checkout of 1,000 files", "links_1000"),
                        metric("checkout_10000", "checkout of 10,000 files", "links_10000"),
                        metric("checkout_50000", "checkout of 50,000 files", "links_50000")},
                       run};

}  // namespace shaman::bench
