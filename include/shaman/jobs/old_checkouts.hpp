// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

/// Erases checkouts by their age, if no Manager's jobs show when they are no longer needed
/// (docs/design/0071-checkouts-end-with-their-jobs.md).
namespace shaman::jobs {

struct OldCheckoutsOptions {
  /// Since FoundCheckout::made. 0: checkouts stay for ever.
  std::chrono::seconds max_age{0};
  std::function<void(LogLevel, const std::string&)> log;
};

struct OldCheckoutsResults {
  std::size_t checkouts = 0;  ///< before the call
  std::vector<std::string> erased;
};

/// Erases every checkout that has reached the age, and ends early if `stop` becomes true. A
/// checkout that cannot be erased is logged and stays. errc::io_error: the checkouts cannot be
/// listed, and none was erased. Blocks; thread-safe.
[[nodiscard]] result<OldCheckoutsResults> erase_old_checkouts(Checkouts& checkouts,
                                                              const OldCheckoutsOptions& options,
                                                              fs::Time now,
                                                              const std::atomic<bool>& stop);

}  // namespace shaman::jobs
