// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/jobs/checkout_ends.hpp"
#include "shaman/manager/manager.hpp"

#include "flamenco/front/judgement/repair.hpp"

/// What goes with jobs that are deleted. Sans-I/O.
namespace shaman::proxy {

/// `storage.shaman_checkout_id`; empty where there is none. Where its own Shaman is on, the Manager
/// erases this folder with the job: that of jobs that it did not get through this server.
[[nodiscard]] std::string checkout_id_of(const manager::Job& job);

/// The checkouts that a job names. errc::not_let_in where the job could lead into one that the
/// requester did not make: when it was submitted, by what the job records, whether that is still
/// there or not; now, where it brings no record.
[[nodiscard]] result<jobs::DeletedJob> judge_deletion(const manager::Job& job,
                                                      const JobRules& rules);

/// Why a Manager must not erase the folders of `doomed` by their ids: one is not theirs alone.
/// Names the job that still uses a checkout, or the id that leads to other checkouts. Nothing where
/// it may.
[[nodiscard]] result<std::optional<std::string>> reason_against_erasure(
    const std::vector<manager::Job>& doomed, const std::vector<manager::Job>& all,
    const JobRules& rules);

/// Whether a checkout goes with this job: it names one that no other job uses.
[[nodiscard]] result<bool> has_own_checkout(const manager::Job& job,
                                            const std::vector<manager::Job>& all,
                                            const JobRules& rules);

/// A Manager's answer to what would go with a job, corrected. Unchanged if it is no such answer.
[[nodiscard]] std::string repair_answer_about_deletion(std::string_view json, bool checkout_goes);

/// An order to delete all jobs that were last updated then or before.
struct MassDeletion {
  std::string json;  ///< written again
  std::chrono::system_clock::time_point until;
};
/// errc::malformed_request.
[[nodiscard]] result<MassDeletion> read_mass_deletion(std::string_view json);
/// Of all jobs those that it deletes. errc::bad_answer where a job does not tell when it was
/// updated.
[[nodiscard]] result<std::vector<manager::Job>> doomed_by(const MassDeletion& order,
                                                          const std::vector<manager::Job>& all);

}  // namespace shaman::proxy
