// SPDX-License-Identifier: GPL-3.0-or-later
// A job on its way to a Manager: what is written is understood again the same, and is what was
// judged.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "flamenco/front/judgement/repair.hpp"
#include "flamenco/front/judgement/strict_json.hpp"
#include "fuzz_target.hpp"

using namespace shaman;

namespace {

void check(bool is_so) {
  if (!is_so) std::abort();
}

result<CheckoutPlace> place_of(const std::string& path) {
  using Kind = CheckoutPlace::Kind;
  if (path == "a") return CheckoutPlace{Kind::checkout, "a", true};
  if (path.starts_with("a/")) return CheckoutPlace{Kind::inside, "a", true};
  if (path.starts_with("b")) return CheckoutPlace{Kind::checkout, "b", false};
  return CheckoutPlace{Kind::nothing};
}

result<std::vector<CheckoutPlace>> led_into(const std::vector<WrittenPath>& paths,
                                            Effort& /*effort*/) {
  std::vector<CheckoutPlace> places;
  for (const WrittenPath& path : paths)
    if (auto place = place_of(path.path); place->has_checkout()) places.push_back(*place);
  return places;
}

}  // namespace

FUZZ_TARGET(job) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto value = proxy::parse_strict_json(text);
  if (value) {
    const std::string once = proxy::to_text(*value);
    const auto again = proxy::parse_strict_json(once);
    check(again && proxy::to_text(*again) == once);
    // Another strict reader finds the same in both.
    check(nlohmann::json::accept(text));
    check(nlohmann::json::parse(text) == nlohmann::json::parse(once));
  }
  proxy::JobRules rules;
  rules.place_of = place_of;
  rules.led_into = led_into;
  const auto job = proxy::repair_job(text, rules);
  if (!job) return 0;
  check(static_cast<bool>(value));
  const auto passed = proxy::parse_strict_json(job->json);
  check(passed && passed->is(proxy::JsonValue::Kind::object));
  for (const std::string& name : passed->names)
    check(name == "storage" || !proxy::is_field_name(name, "storage"));
  if (const auto* const storage = passed->find("storage"))
    for (const std::string& name : storage->names)
      check(!proxy::is_field_name(name, "shaman_checkout_id"));
  for (const std::string& checkout : job->checkouts)
    check(checkout == "a");
  return 0;
}
