// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "protocol/ingest.hpp"
#include "protocol/names.hpp"
#include "submit/upload/upload_lanes.hpp"

namespace shaman::client {

namespace asio = boost::asio;
using Kind = UploadAction::Kind;

namespace {

// After failures that may have nothing to do with it.
constexpr unsigned kMostIngests = 2;
// Answers that say that this file must be sent.
constexpr std::array kRefused{400U, 404U, 409U, 415U, 417U, 431U};

}  // namespace

HttpRequest UploadLanes::ingest_request(const UploadJob& job, const std::string& path,
                                        const Digest& proof) const {
  HttpRequest request = post_of(job);
  request.headers.emplace_back(protocol::kIngestPath, protocol::ingest_path(path));
  request.headers.emplace_back(protocol::kIngestProof, proof.hex());
  // A proxy may insist on a length.
  request.open_body = [] {
    return result<std::unique_ptr<BodySource>>(std::make_unique<TextBody>(std::string()));
  };
  request.answer_within += time_to_make(payloads_[job.payload]);
  return request;
}

// Where the server can read the file itself; nothing: the file must be sent.
std::optional<std::string> UploadLanes::ingest_path_of(UploadJob& job) {
  const Payload& payload = payloads_[job.payload];
  const bool may_be = options_.ingestion != nullptr && !job.may_not_be_ingested &&
                      job.ingests_tried < kMostIngests && payload.patches.empty() &&
                      payload.id.size >= protocol::kIngestFrom;
  if (!may_be) return std::nullopt;
  const auto path = options_.ingestion->path_of(payload.state.path);
  if (!path || path->size() > protocol::kLongestIngestPath) {
    job.may_not_be_ingested = true;
    return std::nullopt;
  }
  return path;
}

// Nothing: the file is to be sent.
asio::awaitable<std::optional<UploadAction>> UploadLanes::let_ingest(HttpConnection& connection,
                                                                     UploadJob& job) {
  job.is_ingested = false;
  const std::optional<std::string> path = ingest_path_of(job);
  if (!path || !options_.ingestion->may_begin()) co_return std::nullopt;
  ++job.ingests_tried;
  const Payload& payload = payloads_[job.payload];
  const result<Digest> proof = options_.ingestion->prove(payload.state, payload.id);
  if (!proof) {
    // Sending it will show the error.
    options_.ingestion->stays_open();
    co_return std::nullopt;
  }
  const HttpRequest request = ingest_request(job, *path, *proof);
  const result<HttpResponse> answer = co_await connection.exchange(request);
  if (!answer) {
    options_.ingestion->stays_open();
    co_return note_failure(answer.error(), job.fsm.on_error(answer.error()));
  }
  progress_.server_is_back();
  if (std::ranges::find(kRefused, answer->status) == kRefused.end())
    co_return on_ingest_answer(*answer, job);
  note_refused_ingest(job);
  co_return std::nullopt;
}

UploadAction UploadLanes::on_ingest_answer(const HttpResponse& answer, UploadJob& job) {
  job.is_ingested = answer.status == 204;
  if (job.is_ingested)
    options_.ingestion->worked();
  else
    options_.ingestion->stays_open();
  return job.fsm.on_answer(answer);
}

void UploadLanes::note_refused_ingest(UploadJob& job) {
  job.may_not_be_ingested = true;
  options_.ingestion->was_refused();
  const std::scoped_lock lock(mutex_);
  outcome_.refused_ingests += 1;
}

}  // namespace shaman::client
