// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/repair.hpp"

#include <optional>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

namespace shaman::proxy {
namespace {

// Members keep their order: what passes should be what was sent, but for what is repaired.
using Json = nlohmann::ordered_json;

constexpr std::string_view kJobs = "{jobs}/";
constexpr const char* kStorage = "storage";
constexpr const char* kCheckoutId = "shaman_checkout_id";

Error refusal(const std::string& id, const std::string& why) {
  return {errc::malformed_request, "the job names " + text::in_quotes(id) +
                                       " as its checkout (storage.shaman_checkout_id), " + why +
                                       "; with the job, that folder would be erased"};
}

result<std::optional<std::string>> checkout_above(std::string_view file, const JobRules& rules) {
  for (std::size_t slash = file.find('/'); slash != std::string_view::npos;
       slash = file.find('/', slash + 1)) {
    const std::string folder(file.substr(0, slash));
    const auto found = rules.is_checkout(folder);
    if (!found) return found.error();
    if (found.value()) return std::optional(folder);
  }
  return std::optional<std::string>();
}

result<void> check_id(const Json& id, const JobRules& rules) {
  if (!id.is_string()) return {};  // the Manager says what is wrong with it
  const auto& path = id.get_ref<const std::string&>();
  if (path.empty()) return {};
  const auto found = rules.is_checkout(path);
  if (!found) return found.error();
  if (found.value()) return {};
  return refusal(path, "but no checkout has exactly this path below the jobs folder");
}

std::string* blendfile_of(Json& job) {
  const auto settings = job.find("settings");
  if (settings == job.end() || !settings->is_object()) return nullptr;
  const auto blendfile = settings->find("blendfile");
  if (blendfile == settings->end() || !blendfile->is_string()) return nullptr;
  auto* const path = blendfile->get_ptr<std::string*>();
  return path->starts_with(kJobs) ? path : nullptr;
}

bool has_id(const Json& job) {
  const auto storage = job.find(kStorage);
  if (storage == job.end() || !storage->is_object()) return false;
  const auto id = storage->find(kCheckoutId);
  return id != storage->end() && id->is_string() && !id->get_ref<const std::string&>().empty();
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

result<std::string> repair_job(std::string_view json, const JobRules& rules) {
  Json job = Json::parse(json, nullptr, false);
  if (!job.is_object()) return std::string(json);
  bool is_changed = false;
  std::string* const blendfile = blendfile_of(job);
  if (has_id(job)) {
    if (auto checked = check_id(job[kStorage][kCheckoutId], rules); !checked)
      return checked.error();
  } else if (blendfile != nullptr) {
    const auto checkout = checkout_above(std::string_view(*blendfile).substr(kJobs.size()), rules);
    if (!checkout) return checkout.error();
    if (checkout.value()) {
      Json& storage = job[kStorage];
      if (!storage.is_object()) storage = Json::object();
      storage[kCheckoutId] = *checkout.value();
      is_changed = true;
    }
  }
  // After what adds members: that may have moved what the pointer points to.
  if (std::string* const path = blendfile_of(job); path != nullptr && rules.manager_shaman_is_off) {
    path->insert(kJobs.size(), "jobs/");
    is_changed = true;
  }
  return is_changed ? text_of(job) : std::string(json);
}

std::string repair_location(std::string_view json) {
  Json answer = Json::parse(json, nullptr, false);
  if (!answer.is_object()) return std::string(json);
  const auto enabled = answer.find("shamanEnabled");
  if (enabled == answer.end() || !enabled->is_boolean() || enabled->get<bool>())
    return std::string(json);
  *enabled = true;
  if (const auto location = answer.find("location");
      location != answer.end() && location->is_string()) {
    auto& path = location->get_ref<std::string&>();
    const bool is_windows = path.find('\\') != std::string::npos;
    path += is_windows ? "\\jobs" : "/jobs";
  }
  return text_of(answer);
}

std::string repair_deletion(
    std::string_view answer, std::string_view job,
    const std::function<result<bool>(const std::string& path)>& is_checkout) {
  constexpr const char* kGoes = "shaman_checkout";
  Json told = Json::parse(answer, nullptr, false);
  const Json whole = Json::parse(job, nullptr, false);
  if (!told.is_object() || !told.contains(kGoes) || !whole.is_object() || !has_id(whole))
    return std::string(answer);
  const auto found = is_checkout(whole[kStorage][kCheckoutId].get<std::string>());
  if (!found || !found.value()) return std::string(answer);
  told[kGoes] = true;
  return text_of(told);
}

}  // namespace shaman::proxy
