// SPDX-License-Identifier: GPL-3.0-or-later
// How fast one core hashes with OpenSSL, like the whole store.
#include <span>

#include "shaman/digest.hpp"

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples) {
  const std::string_view data = context.content.shared(context.sizes.large_file);
  const Stopwatch watch;
  (void)Sha256::of(data);
  samples.add("sha256", static_cast<double>(data.size()) / watch.seconds());
}

}  // namespace

const Bench kSha256{
    "sha256",
    Bench::Kind::limit,
    "SHA-256 of one core",
    {{.id = "sha256", .label = "SHA-256, one core", .unit = Unit::bytes_per_second}},
    run};

}  // namespace shaman::bench
