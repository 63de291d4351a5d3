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
  const auto steps =
      static_cast<std::size_t>(share * static_cast<double>(std::min(items_.size(), kFarthest)));
  for (std::size_t i = 0; i < steps; ++i) {
    if (next_ == items_.end()) next_ = items_.begin();
    ++next_;
  }
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

bool Ring::has(std::size_t payload) const {
  return std::ranges::any_of(items_,
                             [&](const UploadItem& item) { return item.job.payload == payload; });
}

std::vector<Ring::Sampled> Ring::sample(std::size_t count) const {
  std::vector<Sampled> sampled;
  const std::size_t among = std::min(items_.size(), kFarthest);
  const std::size_t step = among / std::max<std::size_t>(count, 1) + 1;
  Items::const_iterator item = next_;
  for (std::size_t i = 0; i < among; ++i, ++item) {
    if (item == items_.end()) item = items_.begin();
    if (i % step == 0) sampled.push_back({item->job.payload, item->id});
  }
  return sampled;
}

}  // namespace shaman::client
