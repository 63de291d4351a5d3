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
#include "shaman/manager/manager.hpp"
#include "shaman/store.hpp"

/// Checkouts end with their jobs, also where the Manager does not see to it
/// (docs/design/0071-checkouts-end-with-their-jobs.md).
namespace shaman::jobs {

struct CheckoutEndsOptions {
  /// How long a checkout stays after its last job was found gone that nobody was seen to delete.
  std::chrono::seconds grace{std::chrono::hours(1)};
  /// How long one stays that never had a job. 0: for ever.
  std::chrono::seconds orphan_age{std::chrono::hours(744)};
  /// When more than this many would be erased at once, or more than two that are also more than a
  /// fifth of all checkouts, none is until an admin has confirmed it.
  std::size_t erase_brake = 100;
  Farm farm{};  ///< by which jobs are read
  std::function<void(LogLevel, const std::string&)> log;
};

/// One checkout, and no other that has its path at another time.
struct CheckoutId {
  std::string path;
  std::string identity{};  ///< FoundCheckout::identity; empty in what an older server has written
  friend bool operator==(const CheckoutId&, const CheckoutId&) = default;
};

/// A job whose deletion the Manager has accepted.
struct DeletedJob {
  std::string id;
  std::vector<CheckoutId> checkouts;  ///< that it names
};

/// What one look found and did.
struct CheckoutEndsResults {
  std::size_t checkouts = 0;
  std::size_t used = 0;     ///< a job uses them
  bool is_awaited = false;  ///< soon more can be erased: the Manager still deletes a job
  std::vector<std::string> erased;
  std::vector<std::string> held;  ///< would be erased, but for the brake
};

/// All jobs of the Manager. An error is doubt: nothing is erased.
using AskForJobs = std::function<result<std::vector<manager::Job>>()>;

/// Looks at a Manager's jobs from time to time, and erases the checkouts of those that are gone.
/// What it knows it keeps in `.shaman/jobs/`, so that it survives the server. All members may be
/// called from any thread.
class CheckoutEnds {
 public:
  /// Both references must outlive it. `storage` is absolute.
  CheckoutEnds(Checkouts& checkouts, fs::FileSystem& file_system, std::string storage);
  ~CheckoutEnds();
  CheckoutEnds(const CheckoutEnds&) = delete;
  CheckoutEnds& operator=(const CheckoutEnds&) = delete;

  /// A checkout all of whose jobs were deleted by order, and are gone, is erased at the next look
  /// without the grace, and does not count for the brake.
  void job_deleted(const DeletedJob& job);

  /// While the handle lives, and until a look has asked for the jobs after that, these checkouts
  /// are not erased: a job that names them is on its way to the Manager. Look for them once more
  /// after this call: one may have been erased just before.
  [[nodiscard]] std::shared_ptr<void> hold(std::vector<std::string> checkouts);

  /// One look. Errors say why nothing was erased: the Manager's, errc::bad_answer where it has no
  /// job at all, errc::io_error. Blocks.
  [[nodiscard]] result<CheckoutEndsResults> look(const AskForJobs& ask,
                                                 const CheckoutEndsOptions& options, fs::Time now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// For an admin: the checkouts that are held back by the brake, as the server's last look left
/// them. errc::io_error.
[[nodiscard]] result<std::vector<CheckoutId>> held_checkouts(fs::FileSystem& file_system,
                                                             const std::string& storage);
/// Lets the server erase exactly these at its next look, where they still have no job.
[[nodiscard]] result<void> confirm_erasing(fs::FileSystem& file_system, const std::string& storage,
                                           const std::vector<CheckoutId>& checkouts);

}  // namespace shaman::jobs
