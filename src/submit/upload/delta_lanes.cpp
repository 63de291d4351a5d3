// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "protocol/delta.hpp"
#include "protocol/names.hpp"
#include "submit/upload/upload_lanes.hpp"

namespace shaman::client {

namespace asio = boost::asio;
using Kind = UploadAction::Kind;

namespace {

// A delta cannot be resumed, so a line that keeps breaking gets the whole file.
constexpr unsigned kMostDeltas = 2;
// Answers to a delta that say nothing about the file: the server does not know the base, the base
// is damaged, or it does not accept this delta.
constexpr std::array kTurnedDown{400U, 404U, 409U, 415U, 417U};

}  // namespace

bool UploadLanes::may_send_delta(const UploadJob& job) const {
  const Payload& payload = payloads_[job.payload];
  return options_.find_earlier && payload.is_traced && payload.id.size >= kDeltaFrom &&
         job.held == 0 && !job.is_sent_without_delta;
}

// Null: the file is sent whole.
std::shared_ptr<const Delta> UploadLanes::make_delta(const UploadJob& job) {
  Payload& payload = payloads_[job.payload];
  const std::optional<EarlierVersion> earlier = options_.find_earlier(payload);
  if (!earlier || !payload.pieces) return nullptr;
  const auto delta =
      Delta::make([&] { return payload.open(); }, earlier->blob,
                  compare(*payload.pieces, earlier->pieces), payload.id.size / 2, packed_budget_);
  // Sending the whole file will show the error.
  return delta ? *delta : nullptr;
}

HttpRequest UploadLanes::delta_request(const UploadJob& job) {
  const Payload& payload = payloads_[job.payload];
  HttpRequest request = post_of(job);
  request.headers.emplace_back("Content-Type", protocol::kDeltaType);
  request.headers.emplace_back(protocol::kDeltaBase, protocol::delta_base(job.delta->base()));
  request.open_body = [&payload, delta = job.delta] {
    return Delta::body(delta, [&payload] { return payload.open(); });
  };
  request.body_length = job.delta->length();
  request.bytes_sent = &progress_.bytes_done;
  request.rate = options_.rate;
  request.answer_within += time_to_make(payload);
  if (request.body_length >= options_.expect_from && job.fsm.may_expect())
    request.wait_for_continue = options_.wait_for_continue;
  return request;
}

asio::awaitable<UploadAction> UploadLanes::send_delta(HttpConnection& connection, UploadJob& job) {
  if (!job.delta) job.delta = make_delta(job);
  const auto send_whole = [&] {
    job.delta = nullptr;
    job.is_sent_without_delta = true;
    return UploadAction{Kind::send, {}, {}};
  };
  if (!job.delta || job.deltas_sent == kMostDeltas) co_return send_whole();
  ++job.deltas_sent;
  const HttpRequest request = delta_request(job);
  const result<HttpResponse> answer = co_await connection.exchange(request);
  if (!answer) co_return note_failure(answer.error(), job.fsm.on_error(answer.error()));
  progress_.server_is_back();
  job.bytes_counted = answer->body_sent;
  if (std::ranges::find(kTurnedDown, answer->status) != kTurnedDown.end()) co_return send_whole();
  co_return job.fsm.on_answer(*answer);
}

}  // namespace shaman::client
