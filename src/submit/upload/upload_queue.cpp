// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/upload_queue.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <ranges>
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
  std::ranges::sort(tiny, {}, by_size);
  if (company_.is_here()) {
    shuffle(tiny);
  } else {
    const auto turn = static_cast<std::ptrdiff_t>(random_() * static_cast<double>(tiny.size()));
    std::rotate(tiny.begin(), tiny.begin() + turn, tiny.end());
  }
  tiny_.insert(tiny_.begin(), std::move_iterator(tiny.begin()), std::move_iterator(tiny.end()));
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

void UploadQueue::shuffle(std::vector<Item>& items) {
  for (std::size_t left = items.size(); left > 1; --left) {
    const auto other = static_cast<std::size_t>(random_() * static_cast<double>(left));
    std::swap(items[left - 1], items[std::min(other, left - 1)]);
  }
}

std::uint64_t UploadQueue::batch_bytes() const noexcept {
  return std::min(kBatchBytes, kShortBatchBytes << std::min<std::size_t>(batches_ / kGrowAfter, 8));
}

std::vector<UploadJob> UploadQueue::take_batch() {
  std::size_t most_files = kBatchFiles;
  std::uint64_t most_bytes = batch_bytes();
  if (company_.is_here()) {
    // So many to ask about; shorten() splits what is left. Each of the lanes gets some of the last.
    most_files = std::clamp(tiny_.size() / kGrowAfter, Company::kFewest, company_.ask_about());
    most_bytes = std::numeric_limits<std::uint64_t>::max();
  }
  std::vector<UploadJob> batch;
  std::uint64_t bytes = 0;
  while (!tiny_.empty() && batch.size() < most_files && bytes < most_bytes) {
    bytes += tiny_.back().size;
    batch.push_back(std::move(tiny_.back().job));
    tiny_.pop_back();
  }
  ++batches_;
  return batch;
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
  if (lane == Lane::batch && !tiny_.empty()) {
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
  const std::scoped_lock lock(mutex_);
  for (UploadJob& job : jobs | std::views::reverse) {
    const std::uint64_t size = payloads[job.payload].id.size;
    tiny_.push_front({size, std::move(job)});
  }
}

std::vector<UploadJob> UploadQueue::shorten(std::span<const Payload> payloads,
                                            std::vector<UploadJob> jobs) {
  std::unique_lock lock(mutex_);
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  while (count < jobs.size() && (!company_.is_here() || bytes < kShortBatchBytes))
    bytes += payloads[jobs[count++].payload].id.size;
  while (jobs.size() > count) {
    const std::uint64_t size = payloads[jobs.back().payload].id.size;
    tiny_.push_back({size, std::move(jobs.back())});
    jobs.pop_back();
  }
  wake_waiting(std::move(lock));
  return jobs;
}

void UploadQueue::put_back(UploadJob deferred) {
  const std::scoped_lock lock(mutex_);
  deferred_.push_back(std::move(deferred));
}

void UploadQueue::note_company() {
  const std::scoped_lock lock(mutex_);
  if (!company_.note()) return;
  std::vector<Item> tiny(std::move_iterator(tiny_.begin()), std::move_iterator(tiny_.end()));
  shuffle(tiny);
  tiny_.assign(std::move_iterator(tiny.begin()), std::move_iterator(tiny.end()));
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
