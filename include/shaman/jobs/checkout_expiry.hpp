// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/jobs/farm.hpp"
#include "shaman/jobs/held_checkouts.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/store.hpp"

/// Erases checkouts when their jobs end, also if the Manager does not
/// (docs/design/0071-checkouts-end-with-their-jobs.md).
namespace shaman::jobs {

struct CheckoutExpiryOptions {
  /// How long a checkout stays after a look has found that its last job no longer exists, unless
  /// the deletion passed through this server.
  std::chrono::seconds grace{std::chrono::hours(1)};
  /// How long a checkout stays if it never had a job. 0: for ever.
  std::chrono::seconds orphan_age{std::chrono::hours(744)};
  /// If more checkouts than this would be erased at once, or more than two that are also more than
  /// a fifth of all, none is erased until an admin confirms it.
  std::size_t erase_brake = 100;
  Farm farm{};  ///< for reading the paths in jobs
  std::function<void(LogLevel, const std::string&)> log;
};

/// A job that the Manager has agreed to delete.
struct DeletedJob {
  std::string id;
  std::vector<CheckoutId> checkouts;  ///< the checkouts that it names
};

/// The results of one look.
struct CheckoutExpiryResults {
  std::size_t checkouts = 0;
  std::size_t used = 0;     ///< checkouts that a job uses
  bool is_awaited = false;  ///< the Manager is still deleting a job, so look again soon
  std::vector<std::string> erased;
  std::vector<std::string> held;  ///< not erased because of the bulk erase limit
};

/// Returns all jobs of the Manager. If it fails, no checkout is erased.
using AskForJobs = std::function<result<std::vector<manager::Job>>()>;

/// Compares the checkouts with the Manager's jobs from time to time, and erases those whose jobs no
/// longer exist. Stores its knowledge in `.shaman/jobs/`, so that a restart loses nothing. All
/// members may be called from any thread.
class CheckoutExpiry {
 public:
  /// The references must outlive this object. `storage` is absolute.
  CheckoutExpiry(Checkouts& checkouts, fs::FileSystem& file_system, std::string storage);
  ~CheckoutExpiry();
  CheckoutExpiry(const CheckoutExpiry&) = delete;
  CheckoutExpiry& operator=(const CheckoutExpiry&) = delete;

  /// If all jobs of a checkout were deleted on request and are gone, the next look erases the
  /// checkout without the grace period, and does not count it for the bulk erase limit.
  void job_deleted(const DeletedJob& job);

  /// Keeps these checkouts while the handle lives, and until a later look has queried the jobs: a
  /// job that names them is on its way to the Manager. Check after this call that they still exist,
  /// because a look may have erased one just before.
  [[nodiscard]] std::shared_ptr<void> hold(std::vector<std::string> checkouts);

  /// Looks once. An error means that nothing was erased: an error of `ask`; errc::protocol_error if
  /// the Manager has no job at all; errc::io_error. Blocks.
  [[nodiscard]] result<CheckoutExpiryResults> look(const AskForJobs& ask,
                                                   const CheckoutExpiryOptions& options,
                                                   fs::Time now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::jobs
