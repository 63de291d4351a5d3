// SPDX-License-Identifier: GPL-3.0-or-later
// The same small files as in small-uploads, many in one request.
#include <algorithm>
#include <string>
#include <vector>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kFilesPerBatch = 500;
constexpr std::size_t kConnections = 4;

// Each upload's content, framed as docs/protocol.md has it.
std::string batch_of(std::span<const Request> uploads, std::span<const BlobId> ids) {
  std::string body;
  for (std::size_t i = 0; i < uploads.size(); ++i) {
    body += ids[i].digest.hex() + " " + std::to_string(ids[i].size) + "\n";
    body.append(uploads[i].body_start).append(uploads[i].body_rest);
  }
  return body;
}

std::size_t stored_in(const LoadResult& result) {
  std::size_t stored = 0;
  for (const Outcome& outcome : result.outcomes) {
    static constexpr std::string_view kStored = R"("status":204)";
    for (std::size_t at = outcome.body.find(kStored); at != std::string::npos;
         at = outcome.body.find(kStored, at + 1))
      ++stored;
  }
  return stored;
}

void run(Context& context, Samples& samples) {
  const std::size_t count = context.sizes.small_count_many;
  std::vector<BlobId> ids;
  const std::vector<Request> uploads =
      make_uploads(context.server, context.content, count, context.sizes.small_file, &ids);
  std::vector<std::string> bodies;
  for (std::size_t at = 0; at < count; at += kFilesPerBatch) {
    const std::size_t files = std::min(kFilesPerBatch, count - at);
    bodies.push_back(batch_of(std::span(uploads).subspan(at, files),
                              std::span<const BlobId>(ids).subspan(at, files)));
  }
  std::vector<Request> batches;
  batches.reserve(bodies.size());
  for (const std::string& body : bodies)
    batches.push_back(post_json(context.server, "/api/v3/shaman/files:batch", body));
  LoadShape shape;
  shape.connections = kConnections;
  shape.keep_bodies = true;
  const LoadResult result = context.load(batches, shape);
  const std::size_t stored = stored_in(result);
  samples.add("batch", static_cast<double>(stored) / result.seconds);
  samples.add("batch_refused", static_cast<double>(count - stored));
}

}  // namespace

const Bench kBatchUploads{"batch-uploads",
                          Bench::Kind::part,
                          "uploads of 16 KiB files, 500 in a request, over 4 connections",
                          {{.id = "batch",
                            .label = "16 KiB files in batches, 4 connections",
                            .unit = Unit::per_second,
                            .limits = {"small_fsync_many"}},
                           {.id = "batch_refused",
                            .label = "16 KiB files in batches, not stored",
                            .unit = Unit::count,
                            .better = Better::lower,
                            .target = Target{Target::Of::figure, 0}}},
                          run};

}  // namespace shaman::bench
