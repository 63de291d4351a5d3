// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/portions.hpp"

#include <algorithm>
#include <utility>

namespace shaman::client {

void Portions::add_known(std::span<const std::size_t> files) {
  const std::scoped_lock lock(mutex_);
  waiting_.insert(waiting_.end(), files.begin(), files.end());
}

void Portions::add_read(std::size_t file, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  waiting_.push_back(file);
  read_files_ += 1;
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
  if (is_ended_) return !waiting_.empty();
  return read_files_ >= sizes_.files * growth_ || read_bytes_ >= sizes_.bytes * growth_;
}

std::vector<std::size_t> Portions::next() {
  read_files_ = 0;
  read_bytes_ = 0;
  growth_ = std::min(growth_ * 2, sizes_.most_growth);
  std::vector<std::size_t> portion = std::exchange(waiting_, {});
  std::ranges::sort(portion);
  return portion;
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
