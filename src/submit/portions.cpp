// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/portions.hpp"

#include <algorithm>
#include <utility>

namespace shaman::client {

void Portions::add_known(std::span<const std::size_t> files) {
  const std::scoped_lock lock(mutex_);
  known_.insert(known_.end(), files.begin(), files.end());
}

void Portions::add_read(std::size_t file, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  read_.push_back({file, bytes});
  read_bytes_ += bytes;
  if (is_due()) wake_.notify_all();
}

void Portions::end() {
  const std::scoped_lock lock(mutex_);
  is_ended_ = true;
  wake_.notify_all();
}

void Portions::abandon() {
  const std::scoped_lock lock(mutex_);
  is_abandoned_ = true;
  wake_.notify_all();
}

bool Portions::is_due() const noexcept {
  if (is_ended_) return !known_.empty() || !read_.empty();
  return read_.size() >= sizes_.files * growth_ || read_bytes_ >= sizes_.bytes * growth_;
}

std::vector<std::size_t> Portions::next() {
  std::vector<std::size_t> portion = std::exchange(known_, {});
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  const auto is_enough = [&] {
    return files >= sizes_.files * growth_ || bytes >= sizes_.bytes * growth_;
  };
  while (!read_.empty() && (!is_enough() || (is_ended_ && is_small_rest()))) {
    portion.push_back(read_.front().file);
    files += 1;
    bytes += read_.front().bytes;
    read_bytes_ -= read_.front().bytes;
    read_.pop_front();
  }
  growth_ = std::min(growth_ * 2, sizes_.most_growth);
  std::ranges::sort(portion);
  return portion;
}

// Not worth a request of its own.
bool Portions::is_small_rest() const noexcept {
  return read_.size() < sizes_.files && read_bytes_ < sizes_.bytes;
}

std::optional<std::vector<std::size_t>> Portions::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return is_abandoned_ || is_ended_ || is_due(); });
  if (is_abandoned_ || !is_due()) return std::nullopt;
  return next();
}

std::vector<std::size_t> Portions::take_if_due() {
  const std::scoped_lock lock(mutex_);
  return is_due() ? next() : std::vector<std::size_t>();
}

}  // namespace shaman::client
