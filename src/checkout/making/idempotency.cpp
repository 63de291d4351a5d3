// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/idempotency.hpp"

#include <utility>

namespace shaman {

std::variant<IdempotencyTable::Begin, IdempotencyTable::Joined> IdempotencyTable::begin(
    const Digest& request, Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto [entry, is_new] = entries_.try_emplace(request);
  if (!is_new) return entry->second.answer;
  entry->second.answer = entry->second.promise.get_future().share();
  return Begin{};
}

void IdempotencyTable::finish(const Digest& request, const Answer& answer, Time now) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(request);
  if (entry == entries_.end()) return;
  entry->second.promise.set_value(answer);
  if (!answer) {
    entries_.erase(entry);
    return;
  }
  entry->second.finished = true;
  entry->second.since = now;
  finished_.push_back(request);
  forget_old(now);
}

void IdempotencyTable::forget(const std::string& path) {
  forget_if(
      [&path](const Digest& /*request*/, const MadeCheckout& given) { return given.path == path; });
}

void IdempotencyTable::forget(const Digest& request, const MadeCheckout& gone) {
  forget_if([&](const Digest& each, const MadeCheckout& given) {
    return each == request && given.path == gone.path && given.identity == gone.identity;
  });
}

template <class IsGone>
void IdempotencyTable::forget_if(const IsGone& is_gone) {
  const std::lock_guard lock(mutex_);
  finished_.remove_if([&](const Digest& request) {
    const auto entry = entries_.find(request);
    if (entry == entries_.end()) return true;
    const Answer& given = entry->second.answer.get();
    if (!given || !is_gone(request, *given)) return false;
    entries_.erase(entry);
    return true;
  });
}

std::size_t IdempotencyTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void IdempotencyTable::forget_old(Time now) {
  while (!finished_.empty()) {
    const auto oldest = entries_.find(finished_.front());
    if (finished_.size() <= capacity_ && now - oldest->second.since < keep_) return;
    entries_.erase(oldest);
    finished_.pop_front();
  }
}

}  // namespace shaman
