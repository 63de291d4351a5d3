// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"

#include "flamenco/front/judgement/repair.hpp"

/// Calls that may let an idle job run. Sans-I/O, except for the functions in JobRules.
namespace shaman::proxy {

/// The body of `POST jobs/{id}/setstatus` or `POST tasks/{id}/setstatus`.
struct StatusChange {
  std::string json;     ///< serialised from the parsed request
  bool may_run = true;  ///< false only for statuses that certainly start no task
};
/// errc::invalid_argument.
[[nodiscard]] result<StatusChange> read_status_change(std::string_view json);

/// errc::access_denied: the job could lead into a checkout that neither the requester made nor the
/// job recorded when it was submitted, because the path was free then or belonged to another
/// checkout.
[[nodiscard]] result<void> judge_restart(const manager::Job& job, const JobRules& rules);

}  // namespace shaman::proxy
