// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/repair.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "flamenco/expiry/own_files.hpp"
#include "flamenco/expiry/references.hpp"
#include "flamenco/front/judgement/where_led.hpp"
#include "flamenco/manager/words.hpp"
#include "protocol/checkout_path.hpp"

namespace shaman::proxy {
namespace {

using Kind = JsonValue::Kind;
using text::in_quotes;

constexpr std::string_view kBelowJobs = "{jobs}/";
constexpr std::string_view kStorage = "storage";
constexpr std::string_view kCheckoutId = manager::kCheckoutIdMember;
// Bytes of a text that a message shows.
constexpr std::size_t kMostShown = 200;

// The fields of SubmittedJob in the Manager's API.
constexpr std::array<std::string_view, 10> kJobFields{
    "name",      "type",   "submitter_platform", "priority",      "settings", "metadata",
    "type_etag", kStorage, "worker_tag",         "initial_status"};
constexpr std::array<std::string_view, 1> kStorageFields{kCheckoutId};

Error malformed(const std::string& what) {
  return {errc::invalid_argument, what};
}

// Null if the member is absent or JSON null.
result<JsonValue*> object_at(JsonValue& job, std::string_view name) {
  JsonValue* const found = job.find(name);
  if (found == nullptr || found->is(Kind::null)) return nullptr;
  if (!found->is(Kind::object))
    return malformed("the job's member " + in_quotes(name) + " must be an object");
  return found;
}

// Repairs one job.
class Repair {
 public:
  Repair(JsonValue job, const JobRules& rules) : job_(std::move(job)), rules_(rules) {}

  result<RepairedJob> run() {
    if (auto moved = move_id(); !moved) return moved.error();
    if (auto checked = check_leads(); !checked) return checked.error();
    if (rules_.manager_shaman_is_off)
      if (std::string* const path = blendfile()) path->insert(kBelowJobs.size(), "jobs/");
    return RepairedJob{to_text(job_), {checkouts_.begin(), checkouts_.end()}};
  }

 private:
  // The setting, if it is a path below the jobs folder; else null.
  std::string* blendfile() {
    JsonValue* const settings = job_.find("settings");
    JsonValue* const found = settings != nullptr ? settings->find("blendfile") : nullptr;
    const bool is_below =
        found != nullptr && found->is(Kind::string) && found->text.starts_with(kBelowJobs);
    return is_below ? &found->text : nullptr;
  }

  result<void> move_id() {
    JsonValue* const storage = job_.find(kStorage);
    const JsonValue* const id = storage != nullptr ? storage->find(kCheckoutId) : nullptr;
    if (id == nullptr) return {};
    const std::string path = id->text;
    if (!path.empty()) {
      const auto place = rules_.place_of(path);
      if (!place) return place.error();
      if (place->kind != CheckoutPlace::Kind::checkout)
        return malformed("the job names " + in_quotes(path) +
                         " as its checkout (storage.shaman_checkout_id), but no checkout has "
                         "exactly this path below the jobs folder; name a checkout, because "
                         "that folder is erased with the job");
      name_in_metadata(path);
    }
    JsonValue* const rest = job_.find(kStorage);
    rest->remove(kCheckoutId);
    if (rest->names.empty()) job_.remove(kStorage);
    return {};
  }

  // Adds the member if it is absent.
  JsonValue& metadata() {
    const JsonValue* const there = job_.find("metadata");
    if (there == nullptr || there->is(Kind::null)) job_.set("metadata", JsonValue::object());
    return *job_.find("metadata");
  }

  void name_in_metadata(const std::string& path) {
    metadata().set(jobs::kCheckoutMember, JsonValue::string(std::string(kBelowJobs) + path));
  }

  // When the job is deleted, its paths may belong to other checkouts. The records of a client are
  // not trusted.
  void record(bool has_paths) {
    if (JsonValue* const there = job_.find("metadata"); there != nullptr && there->is(Kind::object))
      for (const char* const member : {jobs::kIdentitiesMember, jobs::kMakersMember})
        there->remove(member);
    if (!has_paths) return;
    metadata().set(jobs::kIdentitiesMember, JsonValue::string(jobs::record_of(identities_)));
    if (rules_.has_makers)
      metadata().set(jobs::kMakersMember, JsonValue::string(jobs::makers_record_of(makers_)));
  }

  // Reads every text in the job, because workers on any system could follow any spelling of a path.
  result<void> check_leads() {
    for (const std::string_view member : {"settings", "metadata"})
      if (const JsonValue* const found = job_.find(member))
        if (auto plain = check_plain(*found); !plain) return plain;
    const jobs::JobTexts job =
        jobs::texts_of(nlohmann::json::parse(to_text(job_)), jobs::From::client);
    Effort effort;
    if (auto checked = check_own_files(job, effort); !checked) return checked;
    WhereLed led(job);
    if (auto found = led.find(rules_, effort); !found) return found;
    for (const CheckoutPlace& place : led.places()) {
      if (!place.may_erase) return access_denied(place, led);
      checkouts_.insert(place.checkout);
      if (!place.identity.empty()) identities_.insert(place.identity);
      makers_.insert(place.maker);
    }
    // For a principal that may enter every checkout, the search only fills the record.
    if (!rules_.knows_all)
      if (auto checked = check_effort(effort); !checked) return checked;
    record(led.has_paths());
    return {};
  }

  // Otherwise a worker would read a file for a client that has only its checksum.
  [[nodiscard]] result<void> check_own_files(const jobs::JobTexts& job, Effort& effort) const {
    const jobs::JobText* const naming =
        rules_.knows_all ? nullptr : jobs::naming_own_files(job, rules_.farm, effort);
    if (naming == nullptr) return {};
    return Error{errc::access_denied,
                 shown(*naming) +
                     " leads to the server's own files (file-store, .shaman); only an "
                     "admin may submit such a job"};
  }

  // The message must not reveal the names that a pattern matches: they belong to others.
  [[nodiscard]] static Error access_denied(const CheckoutPlace& place, const WhereLed& led) {
    const jobs::JobText* const which = led.text_leading_into(place);
    const std::string text = which == nullptr ? "the job" : shown(*which);
    if (place.checkout == protocol::kKeptName)
      return {
          errc::access_denied,
          text +
              " could lead into {jobs}/.kept, which has the files that were rendered into erased "
              "checkouts; only an admin may submit such a job"};
    return {errc::access_denied,
            text + " could lead into " + led.name_of(place) +
                ", which you did not make; only its maker or an admin may submit such a job"};
  }

  static std::string shown(const jobs::JobText& each) {
    return "the job's " + text::printable(each.place) + " " +
           in_quotes(text::shortened(each.text, kMostShown));
  }

  // Operating systems resolve all other paths differently.
  // NOLINTNEXTLINE(misc-no-recursion): limited by JsonLimits::depth.
  static result<void> check_plain(const JsonValue& value) {
    constexpr std::string_view kVariable = manager::kJobsVariable;
    if (value.is(Kind::string) && value.text.starts_with(kVariable)) {
      std::string below = value.text.substr(kVariable.size());
      std::ranges::replace(below, '\\', '/');
      if (!below.ends_with('/')) below += '/';
      for (const std::string_view odd : {"//", "/./", "/../"})
        if (below.find(odd) != below.npos)
          return malformed("the job's path " + in_quotes(text::shortened(value.text, kMostShown)) +
                           " must be a plain path, without empty parts, . or ..");
    }
    for (const JsonValue& item : value.items)
      if (auto plain = check_plain(item); !plain) return plain;
    return {};
  }

  JsonValue job_;
  const JobRules& rules_;
  std::set<std::string> checkouts_;
  std::set<std::string> identities_;
  std::set<std::string> makers_;
};

}  // namespace

result<CheckoutPlace> place_of_lead(const PlaceOf& place_of, std::string path) {
  for (;;) {
    auto place = place_of(path);
    const std::size_t slash = path.rfind('/');
    if (!place || place->kind != CheckoutPlace::Kind::unsafe || slash == path.npos) return place;
    path.resize(slash);
  }
}

result<JsonValue> read_job(std::string_view document) {
  auto job = parse_strict_json(document);
  if (!job) return job;
  if (!job->is(Kind::object)) return malformed("a job must be a JSON object");
  if (const auto checked = check_field_names(*job, kJobFields); !checked) return checked.error();
  for (const std::string_view name : {std::string_view("settings"), std::string_view("metadata")})
    if (const auto object = object_at(*job, name); !object) return object.error();
  const auto storage = object_at(*job, kStorage);
  if (!storage) return storage.error();
  if (*storage == nullptr) return job;
  if (const auto checked = check_field_names(**storage, kStorageFields); !checked)
    return checked.error();
  const JsonValue* const id = (*storage)->find(kCheckoutId);
  if (id != nullptr && !id->is(Kind::string) && !id->is(Kind::null))
    return malformed("the job's storage.shaman_checkout_id must be a string");
  return job;
}

result<RepairedJob> repair_job(const JsonValue& job, const JobRules& rules) {
  return Repair(job, rules).run();
}

result<RepairedJob> repair_job(std::string_view document, const JobRules& rules) {
  auto job = read_job(document);
  if (!job) return job.error();
  return Repair(*std::move(job), rules).run();
}

std::string repair_location(std::string_view document) {
  using Json = nlohmann::ordered_json;
  Json answer = Json::parse(document, nullptr, false);
  if (!answer.is_object()) return std::string(document);
  const auto enabled = answer.find("shamanEnabled");
  if (enabled == answer.end() || !enabled->is_boolean() || enabled->get<bool>())
    return std::string(document);
  *enabled = true;
  if (const auto location = answer.find("location");
      location != answer.end() && location->is_string()) {
    auto& path = location->get_ref<std::string&>();
    const bool is_windows = path.find('\\') != std::string::npos;
    path += is_windows ? "\\jobs" : "/jobs";
  }
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace shaman::proxy
