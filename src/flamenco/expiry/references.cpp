// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/references.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "shaman/text.hpp"

#include "base/json_members.hpp"
#include "checkout/path_rules.hpp"
#include "flamenco/manager/words.hpp"

namespace shaman::jobs {
namespace {

using nlohmann::json;

constexpr std::string_view kNone = "none";
constexpr std::string_view kAdmins = "admins";

// Bytes of a setting's name that a message shows.
constexpr std::size_t kMostShown = 80;

// NOLINTNEXTLINE(misc-no-recursion): as deep as the JSON parser allows.
void add_strings(std::vector<JobText>& texts, const std::string& place, const json& value) {
  if (value.is_string()) texts.push_back({place, value.get<std::string>()});
  if (value.is_array())
    for (const json& item : value)
      add_strings(texts, place, item);
  if (!value.is_object()) return;
  for (const auto& [name, item] : value.items()) {
    texts.push_back({place, name});
    add_strings(texts, place + "." + text::shortened(name, kMostShown), item);
  }
}

std::string words_of(const std::set<std::string>& words) {
  std::string record;
  for (const std::string& word : words)
    record.append(record.empty() ? "" : " ").append(word);
  return record.empty() ? std::string(kNone) : record;
}

std::optional<std::set<std::string>> words_in(const json& job, const char* member) {
  const auto metadata = job.find("metadata");
  if (metadata == job.end()) return std::nullopt;
  const auto record = text_member(*metadata, member);
  if (!record) return std::nullopt;
  std::istringstream text(*record);
  std::set<std::string> words;
  for (std::string word; text >> word;)
    words.insert(word);
  return words;
}

// The folders to which relative texts refer. Without a blendfile, it may be in any folder of the
// checkout that the job names.
std::vector<WrittenPath> folders_of(const JobTexts& job, LeadFinder& finder) {
  std::set<WrittenPath> folders;
  for (const Lead& lead : finder.leads_of(job.blendfile))
    folders.insert({std::string(path_rules::folder_of(lead.path.path)), lead.path.is_anywhere});
  if (folders.empty())
    for (const Lead& lead : finder.leads_of(job.checkout))
      folders.insert({lead.path.path + "/**", lead.path.is_anywhere});
  return {folders.begin(), folders.end()};
}

}  // namespace

JobTexts texts_of(const json& job, From from) {
  JobTexts all;
  if (!job.is_object()) return all;
  if (const auto storage = job.find("storage"); storage != job.end() && storage->is_object())
    if (const auto named = text_member(*storage, manager::kCheckoutIdMember))
      all.texts.push_back({std::string("storage.") + manager::kCheckoutIdMember,
                           all.checkout = std::string(manager::kJobsVariable) + "/" + *named});
  for (const auto& [member, value] : job.items())
    if (from == From::client || member == "name" || member == "settings" || member == "metadata")
      add_strings(all.texts, member, value);
  if (const auto metadata = job.find("metadata"); all.checkout.empty() && metadata != job.end())
    all.checkout = text_member(*metadata, kCheckoutMember).value_or("");
  const auto settings = job.find("settings");
  if (settings == job.end() || !settings->is_object()) return all;
  for (const auto& [name, value] : settings->items())
    if (value.is_string()) all.settings.emplace(name, value.get<std::string>());
  all.blendfile = text_member(*settings, "blendfile").value_or("");
  return all;
}

Farm farm_for(const JobTexts& job, const Farm& farm) {
  Farm all = farm;
  all.settings = job.settings;
  return all;
}

std::set<WrittenPath> JobPaths::all() const {
  std::set<WrittenPath> all;
  for (const OfText& each : by_text)
    all.insert(each.paths.begin(), each.paths.end());
  return all;
}

JobPaths paths_of(const JobTexts& job, const Farm& given, Effort& effort) {
  const Farm farm = farm_for(job, given);
  LeadFinder finder(farm, effort);
  const std::vector<WrittenPath> folders = folders_of(job, finder);
  JobPaths found;
  for (std::size_t i = 0; i < job.texts.size() && !effort.is_used_up(); ++i) {
    JobPaths::OfText of_text{i};
    for (Lead& lead : finder.leads_of(job.texts[i].text, folders))
      of_text.paths.insert(std::move(lead.path));
    if (!of_text.paths.empty()) found.by_text.push_back(std::move(of_text));
  }
  return found;
}

std::string makers_record_of(const std::set<std::string>& makers) {
  std::set<std::string> words;
  for (const std::string& maker : makers)
    words.insert(maker.empty() ? std::string(kAdmins) : maker);
  return words_of(words);
}

std::optional<std::set<std::string>> makers_of(const json& job) {
  auto words = words_in(job, kMakersMember);
  if (!words) return words;
  words->erase(std::string(kNone));
  if (words->erase(std::string(kAdmins)) > 0) words->insert(std::string());
  return words;
}

std::string record_of(const std::set<std::string>& identities) {
  return words_of(identities);
}

std::optional<std::set<std::string>> identities_of(const json& job) {
  return words_in(job, kIdentitiesMember);
}

std::set<std::string> named_paths(const json& job) {
  const Farm none;
  Effort effort;
  LeadFinder finder(none, effort);
  std::set<std::string> paths;
  for (const JobText& each : texts_of(job).texts)
    for (Lead& lead : finder.leads_of(each.text))
      if (lead.is_named) paths.insert(std::move(lead.path.path));
  return paths;
}

}  // namespace shaman::jobs
