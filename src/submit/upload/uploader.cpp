// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/uploader.hpp"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

#include "submit/upload/upload_lanes.hpp"

namespace shaman::client {

result<void> upload_all(Network& network, const Server& server, std::span<Payload> payloads,
                        const UploaderOptions& options, Progress& progress,
                        const std::stop_token& stop, UploadOutcome& outcome) {
  UploadLanes uploader(server, payloads, options, progress);
  const std::stop_callback on_stop(stop, [&] { uploader.stop().request_stop(); });

  const auto large_files = static_cast<std::size_t>(std::ranges::count_if(
      payloads, [](const Payload& payload) { return payload.id.size >= UploadQueue::kLargeFrom; }));
  const std::size_t small_files = payloads.size() - large_files;
  std::vector<std::future<result<void>>> lanes;
  const auto start = [&](std::size_t count, const auto& run) {
    for (std::size_t i = 0; i < count; ++i) {
      const Network::Strand strand = network.make_strand();
      lanes.push_back(network.start(strand, uploader.stop().get_token(),
                                    [&uploader, strand, run] { return run(uploader, strand); }));
    }
  };
  const auto run_large = [](UploadLanes& all, const Network::Strand& strand) {
    return all.run_lane(strand, UploadQueue::Lane::large);
  };
  const auto run_small = [](UploadLanes& all, const Network::Strand& strand) {
    return all.run_lane(strand, UploadQueue::Lane::small);
  };
  const auto run_batches = [](UploadLanes& all, const Network::Strand& strand) {
    return all.run_batch_lane(strand);
  };
  const std::size_t batched_files = uploader.batched_files();
  start(std::min(options.large_lanes, payloads.size()), run_large);
  start(std::min(options.small_lanes, small_files - batched_files), run_small);
  start(std::min(options.batch_lanes,
                 (batched_files + UploadQueue::kBatchFiles - 1) / UploadQueue::kBatchFiles),
        run_batches);

  std::exception_ptr broken;
  for (std::future<result<void>>& lane : lanes) {
    try {
      static_cast<void>(lane.get());
    } catch (...) {
      broken = std::current_exception();
      uploader.stop().request_stop();
    }
  }
  if (broken) std::rethrow_exception(broken);
  outcome = uploader.outcome();
  // A connection that the stop cancelled may have reported another error.
  if (stop.stop_requested()) return Error{errc::cancelled, {}};
  if (uploader.failure()) return *uploader.failure();
  return {};
}

}  // namespace shaman::client
