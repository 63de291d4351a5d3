// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/where_led.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "shaman/text.hpp"

#include "flamenco/expiry/leads.hpp"

namespace shaman::proxy {

result<void> WhereLed::find(const JobRules& rules, Effort& effort) {
  paths_ = jobs::paths_of(job_, rules.farm, effort);
  if (effort.is_used_up()) return check_effort(effort);
  const std::set<WrittenPath> paths = paths_.all();
  auto places = rules.led_into({paths.begin(), paths.end()}, effort);
  if (!places) return places.error();
  places_ = *std::move(places);
  return {};
}

template <class Leads>
const jobs::JobText* WhereLed::find_text(const Leads& leads) const {
  for (const jobs::JobPaths::OfText& each : paths_.by_text)
    if (std::ranges::any_of(each.paths, leads)) return &job_.texts[each.text];
  return nullptr;
}

const jobs::JobText* WhereLed::text_spelling(const CheckoutPlace& place) const {
  return find_text(
      [&place](const WrittenPath& path) { return jobs::spells(path, place.checkout); });
}

const jobs::JobText* WhereLed::text_leading_into(const CheckoutPlace& place) const {
  if (const jobs::JobText* const spelling = text_spelling(place)) return spelling;
  return find_text([&place](const WrittenPath& path) { return path == place.led_by; });
}

std::string WhereLed::name_of(const CheckoutPlace& place) const {
  return text_spelling(place) == nullptr ? "a checkout"
                                         : "the checkout " + text::in_quotes(place.checkout);
}

result<void> check_effort(const Effort& effort) {
  if (!effort.is_used_up()) return {};
  return Error{errc::invalid_argument,
               "the job would take too long to judge: its texts are too long, name too many paths, "
               "contain each other, or have patterns that match too many folders; write frames "
               "as ####, and paths without patterns"};
}

}  // namespace shaman::proxy
