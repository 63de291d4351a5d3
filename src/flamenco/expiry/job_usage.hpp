// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/jobs/held_checkouts.hpp"

namespace shaman::jobs {

/// Seconds since 1970.
[[nodiscard]] inline std::int64_t seconds_of(fs::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// The record of one checkout that has or had a job.
struct Known {
  std::set<std::string> jobs;   ///< their ids
  std::int64_t gone_since = 0;  ///< seconds since 1970; 0: a job exists
  /// Nanoseconds since 1970: a checkout made later only has the same path. 0: unknown.
  std::int64_t not_after = 0;
  /// FoundCheckout::identity; empty in records of older servers.
  std::string identity{};
};

/// For a job without a record of its checkouts (references.hpp): the identities of the checkouts at
/// its paths when a look first saw the job, by path.
using FirstSeen = std::map<std::string, std::string>;

/// The results of looks at the Manager's jobs, kept for the next look.
struct JobUsage {
  std::map<std::string, Known> checkouts;
  std::set<std::string> deleted_jobs;           ///< jobs whose deletion this server has seen
  std::vector<HeldCheckout> held;               ///< by the bulk erase limit
  std::map<std::string, FirstSeen> first_seen;  ///< by the job's id
  /// Without a Manager: the age, in seconds, at which checkouts end without the bulk erase limit.
  /// 0: none yet.
  std::int64_t age_in_force = 0;
  std::int64_t ages_looked_at = 0;  ///< time of the last look, in seconds since 1970
};

/// An admin's confirmation.
struct Confirmation {
  std::vector<CheckoutId> checkouts;
  std::string by{};  ///< the user; empty in records of older servers
};

/// The files in `.shaman/jobs/` of a storage. A missing file counts as empty. A file that is
/// damaged, or that is not a regular file in a folder of the storage itself, is an error that names
/// it. All members may be called from any thread, and block.
class JobUsageFiles {
 public:
  /// The file system must outlive this object. `storage` is absolute.
  JobUsageFiles(fs::FileSystem& file_system, std::string storage)
      : file_system_(file_system), storage_(std::move(storage)) {}

  [[nodiscard]] result<JobUsage> read() const;
  [[nodiscard]] result<void> write(const JobUsage& usage) const;

  [[nodiscard]] result<Confirmation> read_confirmed() const;
  [[nodiscard]] result<void> write_confirmed(const Confirmation& confirmed) const;
  void forget_confirmed() const;

 private:
  [[nodiscard]] fs::result<fs::Folder> private_folder() const;
  [[nodiscard]] result<std::string> content_of(std::string_view name) const;
  [[nodiscard]] result<void> write_file(std::string_view name, const std::string& content) const;
  [[nodiscard]] Error unusable(std::string_view name, const std::string& why) const;
  [[nodiscard]] Error failure(std::string_view doing, std::string_view name,
                              const boost::system::error_code& error) const;

  fs::FileSystem& file_system_;
  const std::string storage_;
};

}  // namespace shaman::jobs
