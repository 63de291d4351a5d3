// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

#include "shaman/os.hpp"

#include "async/task.hpp"

namespace shaman::http {

/// Whether the storage may be looked at on a thread that speaks with clients: two wakes are spared,
/// more than the look itself takes, for as long as it need not wait for a disk. Thread-safe.
class InlineLookupPolicy {
 public:
  /// `answers_at_once`: see StorageTraits.
  explicit InlineLookupPolicy(bool answers_at_once) : answers_at_once_(answers_at_once) {}

  [[nodiscard]] bool may_be_taken_here(Clock::time_point now = Clock::now()) const noexcept {
    return answers_at_once_ && now >= not_before_.load(std::memory_order_relaxed);
  }

  /// One look. The first that was not short sends those of the next second elsewhere.
  class Look {
   public:
    explicit Look(InlineLookupPolicy& looks) : looks_(looks) {}
    ~Look();
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;

   private:
    InlineLookupPolicy& looks_;
    const Clock::time_point begin_ = Clock::now();
    const os::ThreadUse before_ = os::use_of_this_thread();
  };

  /// What a look took that ended just now.
  void took(Clock::duration time, const os::ThreadUse& use, Clock::time_point now) noexcept;

 private:
  const bool answers_at_once_;
  std::atomic<Clock::time_point> not_before_{Clock::time_point::min()};
};

}  // namespace shaman::http
