// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_queue.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

namespace shaman::client {
namespace {

std::optional<UploadJob> pop(std::vector<UploadQueue::Item>& items) {
  if (items.empty()) return std::nullopt;
  UploadJob job = std::move(items.back().job);
  items.pop_back();
  return job;
}

// Ties by the payload's index, so that two runs send in the same order.
auto by_size(const UploadQueue::Item& item) {
  return std::pair(item.size, ~item.job.payload);
}

std::vector<UploadItem> with_sizes(std::span<const Payload> payloads, std::vector<UploadJob> jobs) {
  std::vector<UploadItem> items;
  items.reserve(jobs.size());
  for (UploadJob& job : jobs) {
    const BlobId& id = payloads[job.payload].id;
    items.push_back({id.size, std::move(job), id});
  }
  return items;
}

}  // namespace

void UploadQueue::add(std::vector<Item> items) {
  std::unique_lock lock(mutex_);
  std::vector<Item> tiny;
  added_ += items.size();
  for (Item& item : items) {
    if (batch_up_to_ > 0 && item.size <= batch_up_to_) {
      added_tiny_bytes_ += item.size;
      tiny.push_back(std::move(item));
    } else if (item.size >= kLargeFrom) {
      ++added_large_;
      large_.push_back(std::move(item));
    } else {
      small_.push_back(std::move(item));
    }
  }
  added_tiny_ += tiny.size();
  std::ranges::sort(large_, {}, by_size);
  std::ranges::sort(small_, {}, by_size);
  std::ranges::sort(tiny, std::greater<>(), by_size);
  const bool is_first = tiny_.size() == 0;
  tiny_.add(std::move(tiny));
  if (is_first) tiny_.jump(random_());
  wake_waiting(std::move(lock));
}

void UploadQueue::close() {
  std::unique_lock lock(mutex_);
  is_closed_ = true;
  wake_waiting(std::move(lock));
}

void UploadQueue::wake_waiting(std::unique_lock<std::mutex> lock) {
  const std::vector<Wake> waiting = std::exchange(waiting_, {});
  lock.unlock();
  for (const Wake& wake : waiting)
    if (wake) wake();
}

std::uint64_t UploadQueue::batch_bytes() const noexcept {
  if (company_.is_here())
    // The last files are all on their way from somewhere.
    return std::min(kShortBatchBytes, tiny_.bytes() / kLastBatches);
  return std::min(kBatchBytes, kShortBatchBytes << std::min<std::size_t>(batches_ / kGrowAfter, 8));
}

std::vector<UploadJob> UploadQueue::take_batch() {
  const std::uint64_t bytes = batch_bytes();
  ++batches_;
  if (!company_.is_here()) return tiny_.take(kBatchFiles, bytes);
  // So many to ask about; cut_off() divides what is left. Each of the lanes gets some of the last.
  const std::size_t files =
      std::clamp(tiny_.size() / kGrowAfter, Company::kFewest, company_.ask_about());
  return tiny_.take(files, std::numeric_limits<std::uint64_t>::max());
}

std::optional<UploadJob> UploadQueue::take_deferred() {
  if (deferred_.empty()) return std::nullopt;
  const auto first = std::ranges::min_element(deferred_, {}, &UploadJob::due);
  UploadJob job = std::move(*first);
  deferred_.erase(first);
  return job;
}

UploadQueue::Turn UploadQueue::take(Lane lane, Wake wake) {
  const std::scoped_lock lock(mutex_);
  Turn turn;
  if (lane == Lane::batch && tiny_.size() > 0) {
    turn.is_doubtful = company_.is_here() || batch_bytes() > kShortBatchBytes;
    turn.jobs = take_batch();
    turn.is_batch = true;
    return turn;
  }
  std::optional<UploadJob> job;
  if (lane == Lane::large) job = pop(large_);
  if (!job) job = pop(small_);
  if (!job) job = take_deferred();
  if (job) {
    turn.jobs.push_back(std::move(*job));
  } else if (is_closed_) {
    turn.is_over = true;
  } else {
    waiting_.push_back(std::move(wake));
  }
  return turn;
}

void UploadQueue::put_back_batch(std::span<const Payload> payloads, std::vector<UploadJob> jobs) {
  std::unique_lock lock(mutex_);
  tiny_.add(with_sizes(payloads, std::move(jobs)));
  wake_waiting(std::move(lock));
}

void UploadQueue::put_next(std::span<const Payload> payloads, std::vector<UploadJob> jobs) {
  std::unique_lock lock(mutex_);
  tiny_.put_next(with_sizes(payloads, std::move(jobs)));
  wake_waiting(std::move(lock));
}

std::vector<UploadJob> UploadQueue::cut_off(std::span<const Payload> payloads,
                                            std::vector<UploadJob>& batch) const {
  const std::scoped_lock lock(mutex_);
  if (!company_.is_here()) return {};
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  while (count < batch.size() && (count == 0 || bytes < batch_bytes()))
    bytes += payloads[batch[count++].payload].id.size;
  const auto end = batch.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<UploadJob> rest(std::make_move_iterator(end), std::make_move_iterator(batch.end()));
  batch.erase(end, batch.end());
  return rest;
}

void UploadQueue::go_elsewhere() {
  const std::scoped_lock lock(mutex_);
  tiny_.jump(random_());
}

std::vector<Ring::Sampled> UploadQueue::sample() const {
  const std::scoped_lock lock(mutex_);
  return tiny_.sample(kSample);
}

bool UploadQueue::is_waiting(const Ring::Sampled& sampled) const {
  const std::scoped_lock lock(mutex_);
  return tiny_.has(sampled.payload);
}

void UploadQueue::put_back(UploadJob deferred) {
  const std::scoped_lock lock(mutex_);
  deferred_.push_back(std::move(deferred));
}

void UploadQueue::note_company() {
  const std::scoped_lock lock(mutex_);
  company_.note();
}

void UploadQueue::note_share(std::size_t asked, std::size_t lacking) {
  const std::scoped_lock lock(mutex_);
  company_.on_share(asked, lacking);
}

bool UploadQueue::has_company() const {
  const std::scoped_lock lock(mutex_);
  return company_.is_here();
}

UploadQueue::Use UploadQueue::use() const {
  const std::scoped_lock lock(mutex_);
  const auto batches = std::max<std::uint64_t>((added_tiny_ + kBatchFiles - 1) / kBatchFiles,
                                               added_tiny_bytes_ / kBatchBytes);
  return {added_, added_ - added_large_ - added_tiny_, static_cast<std::size_t>(batches)};
}

}  // namespace shaman::client
