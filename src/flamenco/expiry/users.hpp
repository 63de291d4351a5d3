// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/jobs/farm.hpp"
#include "shaman/manager/manager.hpp"

/// Which jobs use a checkout (docs/design/0078-one-program-erases-checkouts.md). Sans-I/O.
namespace shaman::jobs {

/// Of one checkout, the ids of the jobs that use it.
struct Users {
  std::set<std::string>
      naming;  ///< which name it: its path, and its identity where they record one
  /// And which may lead into it: rather one too many. But a pattern of a job that records whose its
  /// checkouts are leads into those only.
  std::set<std::string> all;
};

/// By checkout; those that no job uses are left out.
[[nodiscard]] std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                                    const std::vector<manager::Job>& jobs,
                                                    const Farm& farm = {});

}  // namespace shaman::jobs
