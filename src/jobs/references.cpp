// SPDX-License-Identifier: GPL-3.0-or-later
#include "references.hpp"

#include <algorithm>
#include <utility>

namespace shaman::jobs {
namespace {

using nlohmann::json;

constexpr std::string_view kJobs = "{jobs}/";
constexpr std::string_view kFolder = "/jobs/";

// Empty where it leads out of the folder that it begins in.
std::string normal(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(name);
    } else if (names.empty()) {
      return {};
    } else {
      names.pop_back();
    }
  }
  std::string joined;
  for (const std::string_view name : names)
    joined.append(joined.empty() ? "" : "/").append(name);
  return joined;
}

// No system opens a longer path; and no text has work for longer than this done.
constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostLeads = 10'000;

void add(std::vector<Lead>& leads, std::string_view path, bool is_named) {
  if (leads.size() >= kMostLeads) return;
  std::string found = normal(path.substr(0, kMostBytes));
  if (!found.empty()) leads.push_back({std::move(found), is_named});
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
  std::string text(given);
  std::ranges::replace(text, '\\', '/');
  std::vector<Lead> leads;
  for (std::size_t at = text.find("}/"); at != std::string::npos; at = text.find("}/", at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + 2);
    const bool is_jobs = std::string_view(text).substr(0, at + 2).ends_with(kJobs);
    add(leads, rest, is_jobs);
    // As the job of a Manager reads whose {jobs} is the storage itself.
    const std::string_view in_storage = kFolder.substr(1);
    if (is_jobs && rest.starts_with(in_storage)) add(leads, rest.substr(in_storage.size()), true);
  }
  for (std::size_t at = text.find(kFolder); at != std::string::npos;
       at = text.find(kFolder, at + 1))
    add(leads, std::string_view(text).substr(at + kFolder.size()), false);
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

std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                      const std::vector<manager::Job>& jobs) {
  std::set<std::string, std::less<>> paths;
  for (const FoundCheckout& checkout : checkouts)
    paths.insert(checkout.path);
  std::map<std::string, Users> users;
  const auto note = [&](std::string path, bool is_named, const std::string& id) {
    while (!path.empty()) {
      if (paths.contains(path)) {
        users[path].all.insert(id);
        if (is_named) users[path].naming.insert(id);
      }
      const std::size_t slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
  };
  for (const manager::Job& job : jobs)
    for (const std::string& text : texts_of(job.whole))
      for (const Lead& lead : leads_of(text))
        note(lead.path, lead.is_named, job.id);
  return users;
}

}  // namespace shaman::jobs
