// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/restart.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "flamenco/expiry/references.hpp"
#include "flamenco/front/judgement/strict_json.hpp"
#include "flamenco/front/judgement/where_led.hpp"

namespace shaman::proxy {
namespace {

// Statuses of jobs and tasks after which nothing runs until the next call. Not "soft-failed": a
// task with that status activates its job, whatever the job's status (Flamenco 3.x,
// task_state_machine.go).
constexpr std::array<std::string_view, 7> kAtRest{
    "paused", "pause-requested", "cancel-requested",  "canceled",
    "failed", "completed",       "under-construction"};
constexpr std::array<std::string_view, 2> kChangeFields{"status", "reason"};

// The checkouts that the job recorded when it was submitted.
struct Record {
  explicit Record(const manager::Job& job)
      : identities(jobs::identities_of(job.whole)), makers(jobs::makers_of(job.whole)) {}

  // Whether the job recorded this checkout, and the checkout still has a recorded maker.
  [[nodiscard]] bool has(const CheckoutPlace& place) const {
    return identities && !place.identity.empty() && identities->contains(place.identity) &&
           (!makers || makers->contains(place.maker));
  }

  std::optional<std::set<std::string>> identities;
  std::optional<std::set<std::string>> makers;
};

}  // namespace

result<StatusChange> read_status_change(std::string_view json) {
  const auto change = parse_strict_json(json);
  if (!change) return change.error();
  if (!change->is(JsonValue::Kind::object))
    return Error{errc::invalid_argument, "a status change must be a JSON object"};
  if (const auto checked = check_field_names(*change, kChangeFields); !checked)
    return checked.error();
  const JsonValue* const status = change->find("status");
  const bool rests = status != nullptr && status->is(JsonValue::Kind::string) &&
                     std::ranges::find(kAtRest, status->text) != kAtRest.end();
  return StatusChange{to_text(*change), !rests};
}

result<void> judge_restart(const manager::Job& job, const JobRules& rules) {
  if (rules.knows_all) return {};
  const jobs::JobTexts texts = jobs::texts_of(job.whole);
  Effort effort;
  WhereLed led(texts);
  if (auto found = led.find(rules, effort); !found) return found;
  const Record record(job);
  for (const CheckoutPlace& place : led.places())
    if (!place.may_erase && !record.has(place))
      return Error{errc::access_denied,
                   "the job could lead into " + led.name_of(place) +
                       ", which did not exist when the job was submitted, and which you did not "
                       "make; only its maker or an admin may let the job run. Submit a new job"};
  return check_effort(effort);
}

}  // namespace shaman::proxy
