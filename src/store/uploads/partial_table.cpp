// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/partial_table.hpp"

#include <utility>

namespace shaman {

std::optional<PartialTable::Lease> PartialTable::try_take(const BlobId& id,
                                                          std::function<void()> interrupt,
                                                          std::function<void()> wake) {
  std::function<void()> send_away;
  {
    const std::lock_guard lock(mutex_);
    const auto [slot, is_free] = slots_.try_emplace(id);
    if (is_free) {
      slot->second.interrupt = std::move(interrupt);
      return Lease(*this, id);
    }
    slot->second.waiting.push_back(std::move(wake));
    send_away = std::exchange(slot->second.interrupt, {});
  }
  if (send_away) send_away();
  return std::nullopt;
}

bool PartialTable::is_taken(const BlobId& id) const {
  const std::lock_guard lock(mutex_);
  return slots_.contains(id);
}

void PartialTable::release(const BlobId& id) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto slot = slots_.find(id);
    waiting.swap(slot->second.waiting);
    slots_.erase(slot);
  }
  for (const auto& wake : waiting)
    wake();
}

}  // namespace shaman
