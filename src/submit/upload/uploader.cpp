// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/uploader.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include "protocol/names.hpp"
#include "submit/upload/upload_lanes.hpp"

namespace shaman::client {

using Lane = UploadQueue::Lane;

namespace {

// A Shaman server answers `Expect` as soon as it can; waiting longer saves a body on a busy one.
constexpr std::chrono::milliseconds kPatientContinue{15'000};

}  // namespace

UploaderOptions options_for(const ServerInfo& server, std::size_t jobs, RateLimit* rate,
                            LineMeter& line) {
  UploaderOptions how;
  if (jobs != 0) {
    how.large_lanes = std::min(how.large_lanes, jobs);
    how.small_lanes = jobs - how.large_lanes;
    how.batch_lanes = std::min(how.batch_lanes, jobs);
  }
  // A share of a low rate must exceed the rate below which a server considers a connection dead.
  if (rate != nullptr) {
    how.rate = rate;
    how.large_lanes = how.batch_lanes = 1;
    how.small_lanes = std::min<std::size_t>(how.small_lanes, 2);
  }
  how.can_batch = server.has(protocol::kBatches);
  how.can_resume = server.has(protocol::kResumes);
  if (server.has(protocol::kCompresses)) how.line = &line;
  if (server.kind == ServerInfo::Kind::shaman) how.wait_for_continue = kPatientContinue;
  return how;
}

struct Uploader::Impl {
  Impl(Network& network_, const Server& server, UploaderOptions options_, std::size_t most_payloads,
       Progress& progress, std::stop_token stop_)
      : network(network_),
        options(std::move(options_)),
        lanes(server, most_payloads, options, progress),
        stop(std::move(stop_)),
        on_stop(stop, [this] { lanes.stop().request_stop(); }) {}

  void start(Lane lane, std::size_t& count, std::size_t wanted) {
    for (; count < wanted; ++count) {
      const Network::Strand strand = network.make_strand();
      running.push_back(
          network.start(strand, lanes.stop().get_token(),
                        [all = &lanes, strand, lane] { return all->run_lane(strand, lane); }));
    }
  }

  // Throws what a lane threw.
  void wait() {
    std::exception_ptr broken;
    for (std::future<result<void>>& lane : std::exchange(running, {})) {
      try {
        static_cast<void>(lane.get());
      } catch (...) {
        broken = std::current_exception();
        lanes.stop().request_stop();
      }
    }
    if (broken) std::rethrow_exception(broken);
  }

  Network& network;
  const UploaderOptions options;
  UploadLanes lanes;
  const std::stop_token stop;
  std::vector<std::future<result<void>>> running;
  UploadQueue::Use started;
  std::stop_callback<std::function<void()>> on_stop;
};

Uploader::Uploader(Network& network, const Server& server, UploaderOptions options,
                   std::size_t most_payloads, Progress& progress, std::stop_token stop)
    : impl_(std::make_unique<Impl>(network, server, std::move(options), most_payloads, progress,
                                   std::move(stop))) {}

Uploader::~Uploader() {
  cancel();
  for (const std::future<result<void>>& lane : impl_->running)
    lane.wait();
}

void Uploader::add(std::vector<Payload> payloads) {
  impl_->lanes.add(std::move(payloads));
  const UploadQueue::Use use = impl_->lanes.use();
  const UploaderOptions& most = impl_->options;
  impl_->start(Lane::large, impl_->started.large, std::min(most.large_lanes, use.large));
  impl_->start(Lane::small, impl_->started.small, std::min(most.small_lanes, use.small));
  impl_->start(Lane::batch, impl_->started.batch, std::min(most.batch_lanes, use.batch));
}

void Uploader::note_company() {
  impl_->lanes.note_company();
}

void Uploader::cancel() {
  impl_->lanes.stop().request_stop();
}

std::stop_token Uploader::stopped() const {
  return impl_->lanes.stop().get_token();
}

result<void> Uploader::finish() {
  impl_->lanes.close();
  impl_->wait();
  // A connection that the stop cancelled may have reported another error.
  if (impl_->stop.stop_requested()) return Error{errc::cancelled, {}};
  if (impl_->lanes.failure()) return *impl_->lanes.failure();
  if (stopped().stop_requested()) return Error{errc::cancelled, {}};
  return {};
}

const UploadOutcome& Uploader::outcome() const {
  return impl_->lanes.outcome();
}

std::span<const Payload> Uploader::payloads() const {
  return impl_->lanes.payloads();
}

}  // namespace shaman::client
