// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"

#include "flamenco/front/judgement/repair.hpp"

/// Calls by which a job may run that was not running. Sans-I/O, but for what the rules look at.
namespace shaman::proxy {

/// A `POST jobs/{id}/setstatus` or `POST tasks/{id}/setstatus`, written again.
struct StatusChange {
  std::string json;
  bool may_run = true;  ///< every status by which work is not certain to stay where it is
};
/// errc::malformed_request.
[[nodiscard]] result<StatusChange> read_status_change(std::string_view json);

/// errc::not_let_in where the job could lead into a checkout that the requester did not make, and
/// that is not one that the job was submitted for: its name was free then, or had another checkout.
[[nodiscard]] result<void> judge_restart(const manager::Job& job, const JobRules& rules);

}  // namespace shaman::proxy
