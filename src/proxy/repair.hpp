// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// What passes to and from a Manager and would do harm as it is (docs/managers.md). Sans-I/O.
namespace shaman::proxy {

/// What a job submission is judged by.
struct JobRules {
  /// Whether exactly this path below the jobs folder is a checkout. Touches the disk.
  std::function<result<bool>(const std::string& path)> is_checkout;
  /// The Manager's own Shaman is off: its {jobs} is the storage itself, not the jobs folder in it.
  bool manager_shaman_is_off = false;
};

/// A `POST jobs` as it should reach the Manager. One whose .blend lies in a checkout names it, so
/// that the checkout is erased with the job: the add-on's newer packer leaves that out. One that
/// names what is not a checkout is refused: with the job, the Manager would erase a folder of
/// others, or all of them. What is no JSON object is passed unchanged, for the Manager to refuse.
/// errc::malformed_request says what the artist should know.
[[nodiscard]] result<std::string> repair_job(std::string_view json, const JobRules& rules);

/// Answers in which a Manager without Shaman says where files go: `configuration` and
/// `configuration/shared-storage/…`. Unchanged where its Shaman is on, and if it is anything else.
[[nodiscard]] std::string repair_location(std::string_view json);

/// The answer of a Manager without Shaman to what would go with a job: the job's checkout does,
/// where it has one that is there. `job` is the job as the Manager tells it. Unchanged if either is
/// anything else.
[[nodiscard]] std::string repair_deletion(
    std::string_view answer, std::string_view job,
    const std::function<result<bool>(const std::string& path)>& is_checkout);

}  // namespace shaman::proxy
