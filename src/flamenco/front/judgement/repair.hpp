// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/effort.hpp"
#include "shaman/error.hpp"
#include "shaman/jobs/farm.hpp"

#include "flamenco/expiry/references.hpp"
#include "flamenco/front/judgement/strict_json.hpp"

/// Changes requests to and answers from a Manager that would do harm unchanged (docs/managers.md).
/// Sans-I/O, except for the functions in JobRules.
namespace shaman::proxy {

/// Checkouts::place_of() for the requester. Touches the disk.
using PlaceOf = std::function<result<CheckoutPlace>(const std::string& path)>;

/// The same for a path in a job. If the path is too long for a checkout, its beginning counts.
[[nodiscard]] result<CheckoutPlace> place_of_lead(const PlaceOf& place_of, std::string path);

/// Checkouts::led_into() for the requester. Touches the disk.
using LedInto = std::function<result<std::vector<CheckoutPlace>>(
    const std::vector<WrittenPath>& paths, Effort& effort)>;

/// The facts and rights that decide about a job.
struct JobRules {
  PlaceOf place_of;
  LedInto led_into;
  jobs::Farm farm{};
  std::string maker{};      ///< CheckoutPlace::maker of the requester's checkouts
  bool knows_all = true;    ///< the requester may erase every checkout
  bool has_makers = false;  ///< authentication is on: jobs record the makers of their checkouts
  /// The Manager's own Shaman is off, so its {jobs} is the storage folder instead of the jobs
  /// folder in it.
  bool manager_shaman_is_off = false;
};

/// Parses a job, and checks its form only. errc::invalid_argument: JSON that other readers may
/// understand differently, or members of a wrong type.
[[nodiscard]] result<JsonValue> read_job(std::string_view json);

/// A job as the Manager gets it, and the checkouts that it could lead into.
struct RepairedJob {
  std::string json;
  std::vector<std::string> checkouts;
};

/// Repairs the body of `POST jobs` or `POST jobs/check`, and serialises it from what was parsed:
/// - `storage.shaman_checkout_id` becomes a member of the metadata (jobs::kCheckoutMember). A
///   Manager with the id would erase the checkout with this job, even if another job still uses it;
///   this server erases it with the last job.
/// - The metadata records the identities and the makers of the checkouts that the job could lead
///   into (jobs::kIdentitiesMember, jobs::kMakersMember), and loses what the client wrote there.
/// errc::invalid_argument: as read_job(), or the id is not a checkout's. errc::access_denied: a
/// text in the job could lead into a checkout that the requester did not make.
[[nodiscard]] result<RepairedJob> repair_job(const JsonValue& job, const JobRules& rules);
[[nodiscard]] result<RepairedJob> repair_job(std::string_view json, const JobRules& rules);

/// Makes the answer of a Manager without Shaman (`configuration`, `configuration/shared-storage/…`)
/// show the jobs folder, with Shaman on. Returns every other answer unchanged.
[[nodiscard]] std::string repair_location(std::string_view json);

}  // namespace shaman::proxy
