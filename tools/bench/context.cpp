// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/context.hpp"

#include <utility>

#include <fcntl.h>

namespace shaman::bench {
namespace {

constexpr std::size_t kKnownFileSize = 64;

}  // namespace

Context::Context(Endpoint server_, const std::string& scratch_parent, ServerProcess process_,
                 Sizes sizes_)
    : server(std::move(server_)),
      scratch(scratch_parent),
      process(std::move(process_)),
      sizes(std::move(sizes_)) {}

FileDescriptor Context::fresh_folder() {
  return open_folder(AT_FDCWD, scratch.path() + "/" + std::to_string(folders_++));
}

std::span<const BlobId> Context::known(std::size_t count) {
  if (known_.size() < count) {
    std::vector<BlobId> ids;
    const std::vector<Request> uploads =
        make_uploads(server, content, count - known_.size(), kKnownFileSize, &ids);
    LoadShape shape;
    shape.connections = sizes.many;
    (void)load(uploads, shape);
    known_.insert(known_.end(), ids.begin(), ids.end());
  }
  return std::span(known_).first(count);
}

LoadResult Context::load(std::span<const Request> requests, const LoadShape& shape) const {
  LoadResult result = run_load(server, requests, shape);
  if (result.failures() > 0)
    throw BenchFailed("not all requests were answered with a 2xx: " + result.statuses());
  return result;
}

Outcome Context::ask(const Request& request) const {
  LoadShape shape;
  shape.keep_bodies = true;
  LoadResult result = run_load(server, std::span(&request, 1), shape);
  Outcome& outcome = result.outcomes.front();
  if (outcome.status / 100 != 2)
    throw BenchFailed("the server answered " + result.statuses() + ": " +
                      outcome.body.substr(0, 300));
  return std::move(outcome);
}

std::string files_json(std::span<const BlobId> ids, std::string_view checkout_path) {
  constexpr std::size_t kFilesAFolder = 100;
  std::string json = "{";
  if (!checkout_path.empty())
    json.append("\"checkoutPath\":\"").append(checkout_path).append("\",");
  json += "\"files\":[";
  json.reserve(json.size() + ids.size() * 160);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) json += ',';
    json.append("{\"sha\":\"").append(ids[i].digest.hex());
    json.append("\",\"size\":").append(std::to_string(ids[i].size));
    json.append(",\"path\":\"textures/set-").append(std::to_string(i / kFilesAFolder));
    json.append("/image-").append(std::to_string(i)).append(".png\"}");
  }
  return json + "]}";
}

}  // namespace shaman::bench
