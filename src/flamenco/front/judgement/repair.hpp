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

/// What passes to and from a Manager and would do harm as it is (docs/managers.md). Sans-I/O.
namespace shaman::proxy {

/// What lies at a path below the jobs folder, for who asks. Touches the disk.
using PlaceOf = std::function<result<CheckoutPlace>(const std::string& path)>;

/// The same for a path that a job leads to: where it is longer than any path in a checkout may be,
/// its beginning counts.
[[nodiscard]] result<CheckoutPlace> place_of_lead(const PlaceOf& place_of, std::string path);

/// The checkouts that one of the paths could lead into, for who asks (Checkouts::led_into). Touches
/// the disk.
using LedInto = std::function<result<std::vector<CheckoutPlace>>(
    const std::vector<WrittenPath>& paths, Effort& effort)>;

/// What a job is judged by.
struct JobRules {
  PlaceOf place_of;
  LedInto led_into;
  jobs::Farm farm{};
  std::string maker{};      ///< who asks: CheckoutPlace::maker of what it makes
  bool knows_all = true;    ///< who asks may erase every checkout
  bool has_makers = false;  ///< there is authentication: jobs record whose their checkouts are
  /// The Manager's own Shaman is off: its {jobs} is the storage itself, not the jobs folder in it.
  bool manager_shaman_is_off = false;
};

/// A job that this server can understand, by its form alone. errc::malformed_request: JSON that
/// others may understand differently.
[[nodiscard]] result<JsonValue> read_job(std::string_view json);

/// A job as it should reach the Manager, and the checkouts that it could lead into.
struct RepairedJob {
  std::string json;
  std::vector<std::string> checkouts;
};

/// A `POST jobs` or `POST jobs/check`, written again from what was understood of it. Its
/// `storage.shaman_checkout_id` becomes a member of its metadata (jobs::kCheckoutMember), and which
/// checkouts it could lead into, and whose they are, two others (jobs::kIdentitiesMember,
/// jobs::kMakersMember), whatever the client has written there: a Manager that had the id
/// would erase the checkout with this job, whatever other job uses it; this server erases it after
/// the last. errc::malformed_request: JSON that others may understand differently, or an id that is
/// no checkout's. errc::not_let_in: a text anywhere in the job could lead into a checkout that the
/// requester did not make.
[[nodiscard]] result<RepairedJob> repair_job(const JsonValue& job, const JobRules& rules);
[[nodiscard]] result<RepairedJob> repair_job(std::string_view json, const JobRules& rules);

/// Answers in which a Manager without Shaman says where files go: `configuration` and
/// `configuration/shared-storage/…`. Unchanged where its Shaman is on, and if it is anything else.
[[nodiscard]] std::string repair_location(std::string_view json);

}  // namespace shaman::proxy
