// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/inline_lookup_policy.hpp"

namespace shaman::http {
namespace {

// Longer than waiting for a folder's lock takes; shorter than a disk's seek.
constexpr std::chrono::milliseconds kShort{2};
constexpr std::chrono::seconds kElsewhere{1};

}  // namespace

InlineLookupPolicy::Look::~Look() {
  const auto now = Clock::now();
  const auto time = now - begin_;
  // Reading a thread's use takes a system call, and nearly all looks are short.
  if (time > kShort) looks_.took(time, os::use_of_this_thread() - before_, now);
}

// A thread that was preempted was not delayed by the storage.
void InlineLookupPolicy::took(Clock::duration time, const os::ThreadUse& use,
                              Clock::time_point now) noexcept {
  if (time > kShort && (use.waits > 0 || use.busy > kShort)) not_before_ = now + kElsewhere;
}

}  // namespace shaman::http
