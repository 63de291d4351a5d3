// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/deletion.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/utc.hpp"
#include "flamenco/expiry/references.hpp"
#include "flamenco/expiry/users.hpp"
#include "flamenco/front/judgement/strict_json.hpp"
#include "flamenco/front/judgement/where_led.hpp"
#include "flamenco/manager/members.hpp"
#include "flamenco/manager/words.hpp"

namespace shaman::proxy {
namespace {

using text::in_quotes;

constexpr const char* kMax = "last_updated_max";

Error not_understood() {
  return {errc::protocol_error, "the Manager sent a job without a valid time of its last update"};
}

std::set<std::string> ids_of(const std::vector<manager::Job>& jobs) {
  std::set<std::string> ids;
  for (const manager::Job& job : jobs)
    ids.insert(job.id);
  return ids;
}

// The id of a job outside of `but` that uses the checkout and is not being deleted.
std::optional<std::string> other_user(const CheckoutPlace& place, const std::set<std::string>& but,
                                      const std::vector<manager::Job>& all,
                                      const jobs::Farm& farm) {
  const auto users = jobs::users_of({{place.checkout, {}, place.identity}}, all, farm);
  const auto found = users.find(place.checkout);
  if (found == users.end()) return std::nullopt;
  for (const manager::Job& job : all)
    if (found->second.all.contains(job.id) && !but.contains(job.id) &&
        text_of(job.whole, "delete_requested_at").empty())
      return job.id;
  return std::nullopt;
}

// The path of a recorded checkout may belong to another checkout by now.
result<std::vector<CheckoutPlace>> named_checkouts(const manager::Job& job,
                                                   const PlaceOf& place_of) {
  const auto recorded = jobs::identities_of(job.whole);
  std::vector<CheckoutPlace> places;
  for (const std::string& path : jobs::named_paths(job.whole)) {
    auto place = place_of_lead(place_of, path);
    if (!place) return place.error();
    const bool is_it = !recorded || recorded->contains(place->identity);
    if (place->has_checkout() && is_it) places.push_back(*std::move(place));
  }
  return places;
}

Error not_the_maker(const std::string& uses) {
  return {errc::access_denied, "the job uses " + uses +
                                   ", which you did not make; only its maker or an admin may "
                                   "delete the job"};
}

result<void> check_maker(const manager::Job& job, const JobRules& rules) {
  if (rules.knows_all) return {};
  if (const auto makers = jobs::makers_of(job.whole)) {
    const bool is_own = std::ranges::all_of(
        *makers, [&](const std::string& maker) { return maker == rules.maker; });
    if (!is_own) return not_the_maker("a checkout");
    return {};
  }
  const auto recorded = jobs::identities_of(job.whole);
  const jobs::JobTexts texts = jobs::texts_of(job.whole);
  Effort effort;
  WhereLed led(texts);
  if (auto found = led.find(rules, effort); !found) return found;
  for (const CheckoutPlace& place : led.places())
    if (!place.may_erase && (!recorded || recorded->contains(place.identity)))
      return not_the_maker(led.name_of(place));
  return check_effort(effort);
}

}  // namespace

std::string checkout_id_of(const manager::Job& job) {
  const auto storage = job.whole.find("storage");
  return storage == job.whole.end() ? std::string() : text_of(*storage, manager::kCheckoutIdMember);
}

result<jobs::DeletedJob> judge_deletion(const manager::Job& job, const JobRules& rules) {
  if (auto checked = check_maker(job, rules); !checked) return checked.error();
  const auto places = named_checkouts(job, rules.place_of);
  if (!places) return places.error();
  std::map<std::string, std::string> checkouts;
  for (const CheckoutPlace& place : *places)
    checkouts.emplace(place.checkout, place.identity);
  jobs::DeletedJob deleted{job.id, {}};
  for (const auto& [path, identity] : checkouts)
    deleted.checkouts.push_back({path, identity});
  return deleted;
}

result<std::optional<std::string>> reason_against_erasure(const std::vector<manager::Job>& doomed,
                                                          const std::vector<manager::Job>& all,
                                                          const JobRules& rules) {
  using Kind = CheckoutPlace::Kind;
  using Reason = std::optional<std::string>;
  const std::set<std::string> ids = ids_of(doomed);
  for (const manager::Job& job : doomed) {
    const std::string id = checkout_id_of(job);
    if (id.empty()) continue;
    const auto place = rules.place_of(id);
    if (!place) return place.error();
    if (place->kind == Kind::nothing) continue;
    const std::string whose = "the Manager would erase " + in_quotes("jobs/" + id) +
                              " with the job " + in_quotes(job.id) + ", ";
    if (place->kind != Kind::checkout)
      return Reason(whose +
                    "which is not exactly one checkout. Switch the Manager's own Shaman off "
                    "(`shaman: {enabled: false}` in flamenco-manager.yaml), restart the "
                    "Manager, and delete the job then");
    if (const auto other = other_user(*place, ids, all, rules.farm))
      return Reason(
          whose + "but the job " + in_quotes(*other) +
          " still uses it. Delete that job first. If each job still uses the checkout of the "
          "other, switch the Manager's own Shaman off (`shaman: {enabled: false}` in "
          "flamenco-manager.yaml) and restart the Manager");
  }
  return Reason();
}

result<bool> has_own_checkout(const manager::Job& job, const std::vector<manager::Job>& all,
                              const JobRules& rules) {
  const auto places = named_checkouts(job, rules.place_of);
  if (!places) return places.error();
  return std::ranges::any_of(*places, [&](const CheckoutPlace& place) {
    return !other_user(place, {job.id}, all, rules.farm);
  });
}

std::string repair_answer_about_deletion(std::string_view answer, bool checkout_goes) {
  constexpr const char* kGoes = "shaman_checkout";
  auto told = nlohmann::ordered_json::parse(answer, nullptr, false);
  if (!told.is_object() || !told.contains(kGoes)) return std::string(answer);
  told[kGoes] = checkout_goes;
  return told.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

result<MassDeletion> read_mass_deletion(std::string_view text) {
  const auto order = parse_strict_json(text);
  if (!order) return order.error();
  if (const auto checked = check_field_names(*order, std::array{std::string_view(kMax)}); !checked)
    return checked.error();
  const JsonValue* const max = order->find(kMax);
  const auto until =
      max != nullptr && max->is(JsonValue::Kind::string) ? parse_rfc3339(max->text) : std::nullopt;
  if (!until)
    return Error{errc::invalid_argument,
                 "deleting many jobs needs the member last_updated_max, a time such as "
                 "2026-04-13T12:00:00Z"};
  return MassDeletion{to_text(*order), std::chrono::ceil<std::chrono::seconds>(*until)};
}

result<std::vector<manager::Job>> doomed_by(const MassDeletion& order,
                                            const std::vector<manager::Job>& all) {
  std::vector<manager::Job> doomed;
  for (const manager::Job& job : all) {
    const auto updated = parse_rfc3339(text_of(job.whole, "updated"));
    if (!updated) return not_understood();
    if (*updated <= order.until) doomed.push_back(job);
  }
  return doomed;
}

}  // namespace shaman::proxy
