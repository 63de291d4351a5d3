// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/jobs/checkout_expiry.hpp"
#include "shaman/manager/manager.hpp"

#include "flamenco/front/judgement/repair.hpp"

/// Which checkouts are erased with deleted jobs. Sans-I/O, except for the functions in JobRules.
namespace shaman::proxy {

/// `storage.shaman_checkout_id` of a job; empty if it has none. Jobs that came through this server
/// have none. A Manager whose own Shaman is on erases this folder with the job.
[[nodiscard]] std::string checkout_id_of(const manager::Job& job);

/// The checkouts that a job names. errc::access_denied: the job could lead into a checkout that the
/// requester did not make. The job's record of its makers decides, even if a checkout no longer
/// exists; without a record, the present checkouts do.
[[nodiscard]] result<jobs::DeletedJob> judge_deletion(const manager::Job& job,
                                                      const JobRules& rules);

/// Why a Manager must not erase the folders of `doomed` by their ids: another job, which the text
/// names, still uses a checkout, or an id does not lead to exactly one checkout. Nothing if the
/// Manager may erase them.
[[nodiscard]] result<std::optional<std::string>> reason_against_erasure(
    const std::vector<manager::Job>& doomed, const std::vector<manager::Job>& all,
    const JobRules& rules);

/// Whether a checkout is erased with this job: it names one that no other job uses.
[[nodiscard]] result<bool> has_own_checkout(const manager::Job& job,
                                            const std::vector<manager::Job>& all,
                                            const JobRules& rules);

/// Corrects the Manager's answer to `what-would-delete-do`. Returns any other JSON unchanged.
[[nodiscard]] std::string repair_answer_about_deletion(std::string_view json, bool checkout_goes);

/// A request to delete all jobs that were last updated at `until` or before.
struct MassDeletion {
  std::string json;  ///< serialised from the parsed request
  std::chrono::system_clock::time_point until;
};
/// errc::invalid_argument.
[[nodiscard]] result<MassDeletion> read_mass_deletion(std::string_view json);
/// The jobs that it deletes. errc::protocol_error: a job has no valid time of its last update.
[[nodiscard]] result<std::vector<manager::Job>> doomed_by(const MassDeletion& order,
                                                          const std::vector<manager::Job>& all);

}  // namespace shaman::proxy
