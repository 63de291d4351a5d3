// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
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
  /// See CheckoutEndsOptions::erase_brake. It counts checkouts that end because the age is shorter
  /// than before, or because none was looked at for long. Others have no limit.
  std::size_t erase_brake = 100;
  std::function<void(LogLevel, const std::string&)> log;
};

struct OldCheckoutsResults {
  std::size_t checkouts = 0;  ///< before the call
  std::vector<std::string> erased;
  std::vector<std::string> held;  ///< not erased because of the brake
};

/// Looks at the age of all checkouts from time to time. It keeps the age that is in force in
/// `.shaman/jobs/`, and what is held until an admin confirms it (held_checkouts.hpp).
class OldCheckouts {
 public:
  /// Both references must outlive it. `storage` is absolute.
  OldCheckouts(Checkouts& checkouts, fs::FileSystem& file_system, std::string storage);
  ~OldCheckouts();
  OldCheckouts(const OldCheckouts&) = delete;
  OldCheckouts& operator=(const OldCheckouts&) = delete;

  /// Erases every checkout that has reached the age, unless the brake holds it, and ends early if
  /// `stop` becomes true. A checkout that cannot be erased is logged and stays. Errors: none was
  /// erased; errc::io_error: the checkouts, or what is known of them, cannot be read. Blocks; one
  /// thread at a time.
  [[nodiscard]] result<OldCheckoutsResults> look(const OldCheckoutsOptions& options, fs::Time now,
                                                 const std::atomic<bool>& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::jobs
