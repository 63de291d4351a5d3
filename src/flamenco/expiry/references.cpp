// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/references.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "shaman/text.hpp"

#include "base/json_members.hpp"

namespace shaman::jobs {
namespace {

using nlohmann::json;

constexpr std::string_view kJobs = "{jobs}/";
constexpr std::string_view kJobsFolder = "jobs/";

// No system opens a longer path; and no text has work for longer than this done.
constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostLeads = 10'000;

std::string joined(const std::vector<std::string_view>& names) {
  std::string path;
  for (const std::string_view name : names)
    path.append(path.empty() ? "" : "/").append(name);
  return path;
}

void add(std::vector<Lead>& leads, Lead lead) {
  if (leads.size() < kMostLeads && !lead.path.empty()) leads.push_back(std::move(lead));
}

// Where the path ends, unless it leads out of the folder that it begins in; and where it turns
// round, as a program may read only its beginning.
void add(std::vector<Lead>& leads, std::string_view path, bool is_named, bool is_variable = false) {
  path = path.substr(0, kMostBytes);
  std::vector<std::string_view> names;
  bool is_going_up = false;
  while (!path.empty() && leads.size() < kMostLeads) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(name);
      is_going_up = false;
      continue;
    }
    if (!is_going_up) add(leads, {joined(names), false, is_variable});
    if (names.empty()) return;
    is_going_up = true;
    names.pop_back();
  }
  add(leads, {joined(names), is_named, is_variable});
}

bool is_of_name(char c) {
  constexpr std::string_view kOthers = "_-.";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80 || kOthers.find(c) != kOthers.npos;
}

std::string with_slashes(std::string_view given) {
  std::string text(given);
  std::ranges::replace(text, '\\', '/');
  return text;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the JSON parser allows.
void add_strings(std::vector<std::string>& texts, const json& value) {
  if (value.is_string()) texts.push_back(value.get<std::string>());
  if (!value.is_structured()) return;
  for (const json& item : value)
    add_strings(texts, item);
}

}  // namespace

std::vector<Lead> leads_of(std::string_view given) {
  const std::string text = with_slashes(given);
  std::vector<Lead> leads;
  for (std::size_t at = text.find("}/"); at != std::string::npos; at = text.find("}/", at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + 2);
    const bool is_jobs = std::string_view(text).substr(0, at + 2).ends_with(kJobs);
    add(leads, rest, is_jobs, !is_jobs);
    // As the job of a Manager reads whose {jobs} is the storage itself.
    if (is_jobs && rest.starts_with(kJobsFolder)) add(leads, rest.substr(kJobsFolder.size()), true);
  }
  const std::string in_one_case = text::in_lower_case(text);
  for (std::size_t at = in_one_case.find(kJobsFolder); at != std::string::npos;
       at = in_one_case.find(kJobsFolder, at + 1))
    if (at == 0 || !is_of_name(text[at - 1]))
      add(leads, std::string_view(text).substr(at + kJobsFolder.size()), false);
  return leads;
}

std::vector<Lead> leads_beside(std::string_view given, const std::string& folder) {
  std::string text = with_slashes(given);
  std::vector<Lead> leads;
  if (text.starts_with("//") || text.starts_with("../") || text.starts_with("./"))
    add(leads, folder + "/" + text, false);
  return leads;
}

std::vector<std::string> texts_of(const json& job) {
  std::vector<std::string> texts;
  if (!job.is_object()) return texts;
  if (const auto storage = job.find("storage"); storage != job.end() && storage->is_object())
    if (const auto named = storage->find("shaman_checkout_id");
        named != storage->end() && named->is_string())
      texts.push_back(std::string(kJobs) + named->get<std::string>());
  for (const char* const member : {"settings", "metadata"})
    if (const auto found = job.find(member); found != job.end()) add_strings(texts, *found);
  return texts;
}

std::string record_of(const std::set<std::string>& identities) {
  if (identities.empty()) return "none";
  std::string record;
  for (const std::string& identity : identities)
    record.append(record.empty() ? "" : " ").append(identity);
  return record;
}

std::optional<std::set<std::string>> identities_of(const json& job) {
  const auto metadata = job.find("metadata");
  if (metadata == job.end()) return std::nullopt;
  const auto record = text_member(*metadata, kIdentitiesMember);
  if (!record) return std::nullopt;
  std::istringstream words(*record);
  std::set<std::string> identities;
  for (std::string word; words >> word;)
    identities.insert(word);
  return identities;
}

std::set<std::string> named_paths(const json& job) {
  std::set<std::string> paths;
  for (const std::string& text : texts_of(job))
    for (Lead& lead : leads_of(text))
      if (lead.is_named) paths.insert(std::move(lead.path));
  return paths;
}

std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                      const std::vector<manager::Job>& jobs) {
  std::map<std::string_view, std::string_view> identities;
  for (const FoundCheckout& checkout : checkouts)
    identities.emplace(checkout.path, checkout.identity);
  std::map<std::string, Users> users;
  const auto note = [&](std::string path, bool is_named, const std::string& id,
                        const std::optional<std::set<std::string>>& recorded) {
    while (!path.empty()) {
      if (const auto there = identities.find(path); there != identities.end()) {
        Users& of_path = users[path];
        of_path.all.insert(id);
        const bool is_it = !recorded || recorded->contains(std::string(there->second));
        if (is_named && is_it) of_path.naming.insert(id);
      }
      const std::size_t slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
  };
  for (const manager::Job& job : jobs) {
    const auto recorded = identities_of(job.whole);
    for (const std::string& text : texts_of(job.whole))
      for (const Lead& lead : leads_of(text))
        note(lead.path, lead.is_named, job.id, recorded);
  }
  return users;
}

}  // namespace shaman::jobs
