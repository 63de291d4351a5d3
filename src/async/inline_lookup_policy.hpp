// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>

#include "shaman/os.hpp"

#include "async/task.hpp"

namespace shaman::http {

/// Decides whether a network thread may look at the storage itself. That saves two wakes, which
/// cost more than the look, as long as it need not wait for a disk. Thread-safe.
class InlineLookupPolicy {
 public:
  /// `answers_at_once`: see StorageTraits.
  explicit InlineLookupPolicy(bool answers_at_once) : answers_at_once_(answers_at_once) {}

  [[nodiscard]] bool may_be_taken_here(Clock::time_point now = Clock::now()) const noexcept {
    return answers_at_once_ && now >= not_before_.load(std::memory_order_relaxed);
  }

  /// One look. After one that was not short, the looks of the next second run elsewhere.
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

  /// Records how long a look took that has just ended.
  void took(Clock::duration time, const os::ThreadUse& use, Clock::time_point now) noexcept;

 private:
  const bool answers_at_once_;
  std::atomic<Clock::time_point> not_before_{Clock::time_point::min()};
};

}  // namespace shaman::http
