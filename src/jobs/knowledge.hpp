// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "shaman/error.hpp"

namespace shaman::jobs {

/// What is known of one checkout that has, or had, a job.
struct Known {
  std::set<std::string> jobs;   ///< their ids
  std::int64_t gone_since = 0;  ///< seconds since 1970; 0: one is there
};

/// What looks at the Manager's jobs have found, kept from one to the next.
struct Knowledge {
  std::map<std::string, Known> checkouts;
  std::set<std::string> deleted_jobs;  ///< whose deletion was seen in passing
  std::vector<std::string> held;       ///< that the brake keeps
};

/// The files below `.shaman/jobs/` of a storage. One that is missing is empty; a damaged one is an
/// error.
class KnowledgeFiles {
 public:
  explicit KnowledgeFiles(const std::string& storage) : folder_(storage + "/.shaman/jobs") {}

  [[nodiscard]] result<Knowledge> read() const;
  [[nodiscard]] result<void> write(const Knowledge& knowledge) const;

  [[nodiscard]] result<std::vector<std::string>> read_confirmed() const;
  [[nodiscard]] result<void> write_confirmed(const std::vector<std::string>& checkouts) const;
  void forget_confirmed() const;

 private:
  const std::string folder_;
};

}  // namespace shaman::jobs
