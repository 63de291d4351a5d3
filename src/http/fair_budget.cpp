// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/fair_budget.hpp"

#include <utility>

namespace shaman::http {

FairBudget::Grant::Grant(Grant&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), amount_(other.amount_) {}

FairBudget::Grant& FairBudget::Grant::operator=(Grant&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::exchange(other.owner_, nullptr);
    amount_ = other.amount_;
  }
  return *this;
}

void FairBudget::Grant::release() noexcept {
  if (FairBudget* owner = std::exchange(owner_, nullptr)) owner->give_back(amount_);
}

std::optional<FairBudget::Grant> FairBudget::try_acquire(std::uint64_t amount) {
  const std::lock_guard lock(mutex_);
  if (!queue_.empty() || amount > free_) return std::nullopt;
  free_ -= amount;
  return Grant(*this, amount);
}

std::uint64_t FairBudget::available() const {
  const std::lock_guard lock(mutex_);
  return free_;
}

void FairBudget::give_back(std::uint64_t amount) noexcept {
  const std::lock_guard lock(mutex_);
  free_ += amount;
  serve_queue();
}

void FairBudget::serve_queue() {
  while (!queue_.empty() && queue_.front()->amount_ <= free_) {
    Request& request = *queue_.front();
    queue_.pop_front();
    free_ -= request.amount_;
    request.granted_ = true;
    request.wake_();
  }
}

FairBudget::Request::Request(FairBudget& budget, std::uint64_t amount, std::function<void()> wake)
    : budget_(budget), amount_(amount), wake_(std::move(wake)) {
  const std::lock_guard lock(budget_.mutex_);
  place_ = budget_.queue_.insert(budget_.queue_.end(), this);
  budget_.serve_queue();
}

FairBudget::Request::~Request() {
  const std::lock_guard lock(budget_.mutex_);
  if (!granted_) {
    budget_.queue_.erase(place_);
  } else if (!taken_) {
    budget_.free_ += amount_;
  }
  // Who stood behind a large wish that went away may fit now.
  budget_.serve_queue();
}

std::optional<FairBudget::Grant> FairBudget::Request::take() {
  const std::lock_guard lock(budget_.mutex_);
  if (!granted_ || taken_) return std::nullopt;
  taken_ = true;
  return Grant(budget_, amount_);
}

}  // namespace shaman::http
