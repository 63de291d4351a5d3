// SPDX-License-Identifier: GPL-3.0-or-later
// Several clients send the same large file at once and none of them defers: like today's add-on,
// which sends its body before it reads, and with `Expect: 100-continue`.
#include <string>
#include <vector>

#include "shaman/digest.hpp"

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

void run(Context& context, Samples& samples, bool expect) {
  const std::size_t size = context.sizes.large_file;
  const std::string start = context.content.fresh_start();
  const std::string_view rest = context.content.shared(size - start.size());
  Sha256 hash;
  hash.update(std::as_bytes(std::span(start)));
  hash.update(std::as_bytes(std::span(rest)));
  Request upload = make_upload(context.server, {hash.finish(), size}, start, rest,
                               expect ? "Expect: 100-continue\r\n" : "");
  upload.waits_for_continue = expect;
  const std::vector<Request> uploads(context.sizes.same_file_clients, upload);

  const auto written_before = context.process.bytes_written();
  LoadShape shape;
  shape.connections = uploads.size();
  const LoadResult result = context.load(uploads, shape);
  const std::string name = expect ? "same_file_expect" : "same_file";
  samples.add(name, result.seconds);
  samples.add(name + "_sent", static_cast<double>(result.body_sent()) / static_cast<double>(size));
  if (const auto written = context.process.bytes_written())
    samples.add(name + "_written", static_cast<double>(*written - written_before.value_or(0)) /
                                       static_cast<double>(size));
}

void run_both(Context& context, Samples& samples) {
  run(context, samples, false);
  run(context, samples, true);
}

Metric seconds_metric(std::string_view id, std::string_view label) {
  return {.id = id, .label = label, .unit = Unit::seconds, .better = Better::lower};
}

Metric times_metric(std::string_view id, std::string_view label, std::optional<double> target) {
  Metric metric{.id = id, .label = label, .unit = Unit::times, .better = Better::lower};
  if (target) metric.target = Target{Target::Of::figure, *target};
  return metric;
}

}  // namespace

const Bench kSameFile{
    "same-file",
    Bench::Kind::part,
    "8 clients send the same large file at once",
    {seconds_metric("same_file", "8 clients send the same large file"),
     times_metric("same_file_written", "… bytes written, of one file", 1.1),
     times_metric("same_file_sent", "… bytes sent, of one file", {}),
     seconds_metric("same_file_expect", "the same with Expect: 100-continue"),
     times_metric("same_file_expect_written", "… bytes written, of one file", 1.1),
     times_metric("same_file_expect_sent", "… bytes sent, of one file", 1.1)},
    run_both};

}  // namespace shaman::bench
