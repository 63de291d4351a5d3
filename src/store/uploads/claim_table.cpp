// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/claim_table.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace shaman {

// Shared by the table and the waiter, so that either may be destroyed first. The mutex is held
// during the call: after the waiter is destroyed, no call is running. Recursive, because the call
// itself may destroy the waiter.
struct ClaimTable::Waiter::Call {
  explicit Call(std::function<void()> wake_) : wake(std::move(wake_)) {}
  void run() {
    const std::lock_guard lock(mutex);
    if (const auto call = std::exchange(wake, nullptr)) call();
  }
  std::recursive_mutex mutex;
  std::function<void()> wake;
};

ClaimTable::Waiter& ClaimTable::Waiter::operator=(Waiter&& other) noexcept {
  if (this != &other) {
    cancel();
    call_ = std::move(other.call_);
  }
  return *this;
}

void ClaimTable::Waiter::cancel() noexcept {
  if (const auto call = std::exchange(call_, nullptr)) {
    const std::lock_guard lock(call->mutex);
    call->wake = nullptr;
  }
}

std::optional<ClaimTable::Ticket> ClaimTable::claim(const BlobId& id, Time now) {
  const std::lock_guard lock(mutex_);
  Claim& claim = claims_[id];
  if (!has_stalled(claim, now)) return std::nullopt;
  const Ticket ticket = next_ticket_++;
  claim.tickets.push_back(ticket);
  Uploader& uploader = uploaders_[ticket];
  uploader.id = id;
  uploader.begun = uploader.last_progress = now;
  return ticket;
}

void ClaimTable::working(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (Uploader* const uploader = find(ticket)) uploader->working = true;
}

void ClaimTable::progress(Ticket ticket, std::uint64_t received, Time now) {
  const std::lock_guard lock(mutex_);
  if (Uploader* const uploader = find(ticket)) {
    uploader->working = false;
    uploader->received = received;
    const bool is_trusted = now - uploader->begun < kTrusted * stall_after_;
    if (!is_trusted && received - uploader->received_at_progress < least_progress_) return;
    uploader->received_at_progress = received;
    uploader->last_progress = now;
  }
}

void ClaimTable::committing(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (Uploader* const uploader = find(ticket)) uploader->committing = true;
}

void ClaimTable::release(Ticket ticket, bool committed) {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    const auto uploader = uploaders_.find(ticket);
    if (uploader == uploaders_.end()) return;
    const auto claim = claims_.find(uploader->second.id);
    uploaders_.erase(uploader);
    if (claim == claims_.end()) return;  // superseded before
    std::vector<Ticket>& tickets = claim->second.tickets;
    // For a later claim, if this upload was superseded and the blob was then sent once more.
    if (std::erase(tickets, ticket) == 0) return;
    calls = std::exchange(claim->second.waiters, {});
    if (committed) {
      for (const Ticket other : tickets)
        uploaders_.at(other).superseded = true;
      tickets.clear();
    }
    if (tickets.empty()) claims_.erase(claim);
  }
  run(calls);
}

bool ClaimTable::is_superseded(Ticket ticket) const {
  const std::lock_guard lock(mutex_);
  const auto uploader = uploaders_.find(ticket);
  return uploader != uploaders_.end() && uploader->second.superseded;
}

bool ClaimTable::is_claimed(const BlobId& id) const {
  const std::lock_guard lock(mutex_);
  return !claims_.empty() && claims_.contains(id);
}

bool ClaimTable::is_committing(const BlobId& id) const {
  const std::lock_guard lock(mutex_);
  const auto claim = claims_.find(id);
  return claim != claims_.end() &&
         std::any_of(claim->second.tickets.begin(), claim->second.tickets.end(),
                     [&](Ticket ticket) { return uploaders_.at(ticket).committing; });
}

std::uint64_t ClaimTable::received(const BlobId& id) const {
  const std::lock_guard lock(mutex_);
  const auto claim = claims_.find(id);
  if (claim == claims_.end()) return 0;
  std::uint64_t most = 0;
  for (const Ticket ticket : claim->second.tickets)
    most = std::max(most, uploaders_.at(ticket).received);
  return most;
}

std::size_t ClaimTable::size() const {
  const std::lock_guard lock(mutex_);
  return uploaders_.size();
}

ClaimTable::Waiter ClaimTable::wait(const BlobId& id, std::function<void()> wake, Time now) {
  auto call = std::make_shared<Waiter::Call>(std::move(wake));
  Waiter waiter(call);
  {
    const std::lock_guard lock(mutex_);
    const auto claim = claims_.find(id);
    if (claim != claims_.end() && !has_stalled(claim->second, now)) {
      // Forgets waiters that gave up, so that they cannot accumulate.
      std::erase_if(claim->second.waiters, [](const auto& other) { return other.expired(); });
      claim->second.waiters.push_back(call);
      return waiter;
    }
  }
  call->run();
  return waiter;
}

void ClaimTable::wake_stalled(Time now) {
  Calls calls;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, claim] : claims_) {
      if (claim.waiters.empty() || !has_stalled(claim, now)) continue;
      std::move(claim.waiters.begin(), claim.waiters.end(), std::back_inserter(calls));
      claim.waiters.clear();
    }
  }
  run(calls);
}

bool ClaimTable::has_waiters() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(claims_.begin(), claims_.end(),
                     [](const auto& claim) { return !claim.second.waiters.empty(); });
}

bool ClaimTable::has_stalled(const Claim& claim, Time now) const {
  return std::all_of(claim.tickets.begin(), claim.tickets.end(), [&](Ticket ticket) {
    const Uploader& uploader = uploaders_.at(ticket);
    return !uploader.working && !uploader.committing &&
           now - uploader.last_progress >= stall_after_;
  });
}

ClaimTable::Uploader* ClaimTable::find(Ticket ticket) {
  const auto uploader = uploaders_.find(ticket);
  return uploader == uploaders_.end() ? nullptr : &uploader->second;
}

void ClaimTable::run(const Calls& calls) {
  for (const auto& waiting : calls)
    if (const auto call = waiting.lock()) call->run();
}

}  // namespace shaman
