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

struct CheckoutEndsOptions {
  /// How long a checkout stays after its last job was found to be gone, without a deletion that
  /// passed through this server.
  std::chrono::seconds grace{std::chrono::hours(1)};
  /// How long a checkout stays if it never had a job. 0: for ever.
  std::chrono::seconds orphan_age{std::chrono::hours(744)};
  /// If more checkouts than this would be erased at once, or more than two that are also more than
  /// a fifth of all, none is erased until an admin confirms it.
  std::size_t erase_brake = 100;
  Farm farm{};  ///< for reading the paths in jobs
  std::function<void(LogLevel, const std::string&)> log;
};

/// A job whose deletion the Manager has accepted.
struct DeletedJob {
  std::string id;
  std::vector<CheckoutId> checkouts;  ///< that it names
};

/// The results of one look.
struct CheckoutEndsResults {
  std::size_t checkouts = 0;
  std::size_t used = 0;     ///< a job uses them
  bool is_awaited = false;  ///< more can be erased soon: the Manager is still deleting a job
  std::vector<std::string> erased;
  std::vector<std::string> held;  ///< not erased because of the bulk erase limit
};

/// Returns all jobs of the Manager. On an error nothing is erased.
using AskForJobs = std::function<result<std::vector<manager::Job>>()>;

/// Looks at a Manager's jobs from time to time, and erases the checkouts of those that are gone.
/// It keeps its knowledge in `.shaman/jobs/`, so that it survives the server. All members may be
/// called from any thread.
class CheckoutEnds {
 public:
  /// Both references must outlive it. `storage` is absolute.
  CheckoutEnds(Checkouts& checkouts, fs::FileSystem& file_system, std::string storage);
  ~CheckoutEnds();
  CheckoutEnds(const CheckoutEnds&) = delete;
  CheckoutEnds& operator=(const CheckoutEnds&) = delete;

  /// If all jobs of a checkout were deleted on request and are gone, the next look erases the
  /// checkout without the grace period, and does not count it for the bulk erase limit.
  void job_deleted(const DeletedJob& job);

  /// Keeps these checkouts while the handle lives, and until a later look has queried the jobs: a
  /// job that names them is on its way to the Manager. Check that they exist after this call: one
  /// may have been erased just before.
  [[nodiscard]] std::shared_ptr<void> hold(std::vector<std::string> checkouts);

  /// Looks once. Errors say why nothing was erased: the Manager's, errc::bad_answer if it has no
  /// job at all, errc::io_error. Blocks.
  [[nodiscard]] result<CheckoutEndsResults> look(const AskForJobs& ask,
                                                 const CheckoutEndsOptions& options, fs::Time now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::jobs
