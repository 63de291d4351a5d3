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
  /// A checkout ends at this age, counted from FoundCheckout::made. 0: checkouts stay for ever.
  std::chrono::seconds max_age{0};
  /// See CheckoutExpiryOptions::erase_brake. Counts only checkouts that end because the age is
  /// shorter than before, or because no look took place for a long time. Others end without a
  /// limit.
  std::size_t erase_brake = 100;
  std::function<void(LogLevel, const std::string&)> log;
};

struct OldCheckoutsResults {
  std::size_t checkouts = 0;  ///< before the call
  std::vector<std::string> erased;
  std::vector<std::string> held;  ///< not erased because of the bulk erase limit
};

/// Erases checkouts by their age from time to time. Stores the age in force and the checkouts that
/// wait for an admin (held_checkouts.hpp) in `.shaman/jobs/`.
class OldCheckouts {
 public:
  /// The references must outlive this object. `storage` is absolute.
  OldCheckouts(Checkouts& checkouts, fs::FileSystem& file_system, std::string storage);
  ~OldCheckouts();
  OldCheckouts(const OldCheckouts&) = delete;
  OldCheckouts& operator=(const OldCheckouts&) = delete;

  /// Erases every checkout that has reached the age, except those that the bulk erase limit holds.
  /// Ends early if `stop` becomes true. A checkout that cannot be erased is logged and stays. An
  /// error means that nothing was erased; errc::io_error: the checkouts, or the records about them,
  /// cannot be read. Blocks; one thread at a time.
  [[nodiscard]] result<OldCheckoutsResults> look(const OldCheckoutsOptions& options, fs::Time now,
                                                 const std::atomic<bool>& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::jobs
