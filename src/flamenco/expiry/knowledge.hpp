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

/// Since 1970.
[[nodiscard]] inline std::int64_t seconds_of(fs::Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// What is known of one checkout that has, or had, a job.
struct Known {
  std::set<std::string> jobs;   ///< their ids
  std::int64_t gone_since = 0;  ///< seconds since 1970; 0: one is there
  /// Nanoseconds since 1970: one that was made later only has the same name. 0: not known.
  std::int64_t not_after = 0;
  /// FoundCheckout::identity; empty in what an older server has written.
  std::string identity{};
};

/// Of a job that brings no record of what it names (references.hpp): by path, the identities of the
/// checkouts that lay there when a look first saw it.
using FirstSeen = std::map<std::string, std::string>;

/// What looks at the Manager's jobs have found, kept from one to the next.
struct Knowledge {
  std::map<std::string, Known> checkouts;
  std::set<std::string> deleted_jobs;           ///< whose deletion was seen in passing
  std::vector<HeldCheckout> held;               ///< that the brake keeps
  std::map<std::string, FirstSeen> first_seen;  ///< by the job's id
  /// Without a Manager: the age, in seconds, by which checkouts end without the brake. 0: none yet.
  std::int64_t age_in_force = 0;
  std::int64_t ages_looked_at = 0;  ///< when, in seconds since 1970
};

/// What an admin has confirmed.
struct Confirmation {
  std::vector<CheckoutId> checkouts;
  std::string by{};  ///< the user; empty in what an older server has written
};

/// The files below `.shaman/jobs/` of a storage. One that is missing is empty; one that is damaged,
/// or not a regular file in a folder of the storage's own, is an error that names it. Any thread;
/// blocks.
class KnowledgeFiles {
 public:
  /// The file system must outlive it. `storage` is absolute.
  KnowledgeFiles(fs::FileSystem& file_system, std::string storage)
      : file_system_(file_system), storage_(std::move(storage)) {}

  [[nodiscard]] result<Knowledge> read() const;
  [[nodiscard]] result<void> write(const Knowledge& knowledge) const;

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
