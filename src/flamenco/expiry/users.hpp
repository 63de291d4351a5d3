// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/jobs/farm.hpp"
#include "shaman/manager/manager.hpp"

/// Finds the jobs that use a checkout (docs/design/0078-one-program-erases-checkouts.md). Sans-I/O.
namespace shaman::jobs {

/// The ids of the jobs that use one checkout.
struct Users {
  /// Jobs that name the checkout: by its path, and by its identity if they record identities.
  std::set<std::string> naming;
  /// These, and the jobs that may lead into it; rather one too many. If a job records its checkouts
  /// and their makers, its patterns count only for the recorded ones.
  std::set<std::string> all;
};

/// The users of each checkout that any job uses, by the path of the checkout.
[[nodiscard]] std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                                    const std::vector<manager::Job>& jobs,
                                                    const Farm& farm = {});

}  // namespace shaman::jobs
