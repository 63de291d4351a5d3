// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_queue.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace shaman::client {
namespace {

std::optional<UploadJob> pop(std::vector<UploadJob>& jobs) {
  if (jobs.empty()) return std::nullopt;
  UploadJob job = std::move(jobs.back());
  jobs.pop_back();
  return job;
}

}  // namespace

UploadQueue::UploadQueue(std::vector<Item> items, std::uint64_t batch_up_to, double begin_at) {
  // Ties by the payload's index, so that two runs send in the same order.
  std::ranges::sort(items, {},
                    [](const Item& item) { return std::pair(item.size, ~item.job.payload); });
  for (Item& item : items) {
    if (batch_up_to > 0 && item.size <= batch_up_to)
      tiny_.push_back(std::move(item));
    else
      (item.size >= kLargeFrom ? large_ : small_).push_back(std::move(item.job));
  }
  const auto turn = static_cast<std::ptrdiff_t>(begin_at * static_cast<double>(tiny_.size()));
  std::rotate(tiny_.begin(), tiny_.begin() + turn, tiny_.end());
}

std::vector<UploadJob> UploadQueue::take_batch() {
  const std::scoped_lock lock(mutex_);
  std::vector<UploadJob> batch;
  std::uint64_t bytes = 0;
  while (!tiny_.empty() && batch.size() < kBatchFiles && bytes < kBatchBytes) {
    bytes += tiny_.back().size;
    batch.push_back(std::move(tiny_.back().job));
    tiny_.pop_back();
  }
  return batch;
}

std::optional<UploadJob> UploadQueue::take(Lane lane) {
  const std::scoped_lock lock(mutex_);
  if (lane == Lane::large) {
    if (std::optional<UploadJob> job = pop(large_)) return job;
  }
  if (std::optional<UploadJob> job = pop(small_)) return job;
  if (deferred_.empty()) return std::nullopt;
  const auto first = std::ranges::min_element(deferred_, {}, &UploadJob::due);
  UploadJob job = std::move(*first);
  deferred_.erase(first);
  return job;
}

void UploadQueue::put_back_batch(std::span<const Payload> payloads, std::vector<UploadJob> jobs) {
  const std::scoped_lock lock(mutex_);
  for (UploadJob& job : jobs | std::views::reverse) {
    const std::uint64_t size = payloads[job.payload].id.size;
    tiny_.push_front({size, std::move(job)});
  }
}

std::size_t UploadQueue::batched_files() const {
  const std::scoped_lock lock(mutex_);
  return tiny_.size();
}

void UploadQueue::put_back(UploadJob deferred) {
  const std::scoped_lock lock(mutex_);
  deferred_.push_back(std::move(deferred));
}

}  // namespace shaman::client
