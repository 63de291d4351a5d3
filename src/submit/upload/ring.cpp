// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/ring.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace shaman::client {

void Ring::insert(Items::iterator before, std::vector<UploadItem> items) {
  for (UploadItem& item : items) {
    bytes_ += item.size;
    items_.insert(before, std::move(item));
  }
}

void Ring::add(std::vector<UploadItem> items) {
  insert(next_, std::move(items));
}

void Ring::put_next(std::vector<UploadItem> items) {
  const auto count = static_cast<std::ptrdiff_t>(items.size());
  insert(next_, std::move(items));
  next_ = std::prev(next_, count);
}

void Ring::jump(double share) {
  const auto steps = static_cast<std::size_t>(share * static_cast<double>(items_.size()));
  next_ = std::next(items_.begin(), static_cast<std::ptrdiff_t>(std::min(steps, items_.size())));
}

std::vector<UploadJob> Ring::take(std::size_t most_files, std::uint64_t most_bytes) {
  std::vector<UploadJob> jobs;
  std::uint64_t bytes = 0;
  while (!items_.empty() && (jobs.empty() || (jobs.size() < most_files && bytes < most_bytes))) {
    if (next_ == items_.end()) next_ = items_.begin();
    bytes += next_->size;
    jobs.push_back(std::move(next_->job));
    next_ = items_.erase(next_);
  }
  bytes_ -= bytes;
  return jobs;
}

std::vector<std::size_t> Ring::sample(std::size_t count) const {
  std::vector<std::size_t> payloads;
  const std::size_t step = items_.size() / std::max<std::size_t>(count, 1) + 1;
  std::size_t index = 0;
  for (const UploadItem& item : items_)
    if (index++ % step == 0) payloads.push_back(item.job.payload);
  return payloads;
}

}  // namespace shaman::client
