// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/submission.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "flamenco/manager/members.hpp"
#include "flamenco/manager/words.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;

// The path of the .blend in jobs that the Manager only checks: the .blend is not on the farm yet.
constexpr const char* kPlaceholder = "{jobs}/dummy-for-job-check.blend";

std::string random_key() {
  std::random_device random;
  std::string key;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> part{};
    std::snprintf(part.data(), part.size(), "%08x", random());
    key += part.data();
  }
  return key;
}

template <class List, class Name>
std::string names_of(const List& list, Name name) {
  std::string all;
  for (const auto& each : list)
    all += (all.empty() ? "" : ", ") + text::printable(name(each));
  return all.empty() ? "none" : all;
}

// Deduces the systems from the storage paths that the Manager reports for them. Without a report,
// workers on Windows are assumed only if this machine runs Windows, and others always.
WorkerSystems worker_systems(Manager& manager) {
  const auto windows = manager.shared_storage("workers", "windows");
  const auto others = manager.shared_storage("workers", "linux");
  return {windows ? is_windows_path(windows->location) : this_platform() == "windows",
          !others || !is_windows_path(others->location)};
}

}  // namespace

Submission::Submission(Manager& manager, JobRequest request, std::string blendfile)
    : manager_(manager), request_(std::move(request)), blendfile_(os::absolute(blendfile)) {
  if (request_.name.empty()) {
    request_.name = os::file_name(blendfile_);
    if (request_.name.ends_with(".blend")) request_.name.resize(request_.name.size() - 6);
  }
}

result<void> Submission::find_type() {
  const auto types = manager_.job_types();
  if (!types) return types.error();
  const auto found = std::ranges::find(*types, request_.type, &JobType::name);
  if (found == types->end())
    return Error{errc::invalid_argument,
                 "the Manager has no job type " + text::in_quotes(request_.type) + "; available: " +
                     names_of(*types, [](const JobType& each) { return each.name; })};
  type_ = *found;
  return {};
}

result<void> Submission::find_tag() {
  if (request_.tag.empty()) return {};
  const auto tags = manager_.tags();
  if (!tags) return tags.error();
  for (const Tag& tag : *tags)
    if (tag.id == request_.tag || tag.name == request_.tag) tag_id_ = tag.id;
  if (!tag_id_.empty()) return {};
  return Error{errc::invalid_argument,
               "the Manager has no tag " + text::in_quotes(request_.tag) +
                   "; available: " + names_of(*tags, [](const Tag& each) { return each.name; })};
}

result<CompletedSettings> Submission::complete(const std::string& job_blendfile) const {
  return complete_settings(type_, {request_.settings, request_.name, blendfile_, job_blendfile,
                                   scene_, shared_folder_, worker_systems_});
}

result<json> Submission::job_for(const std::string& job_blendfile,
                                 const std::string& checkout) const {
  auto settings = complete(job_blendfile);
  if (!settings) return settings.error();
  json job{{"name", request_.name},
           {"type", type_.name},
           {"priority", request_.priority},
           {"submitter_platform", this_platform()},
           {"settings", std::move(settings->values)},
           {"metadata", request_.metadata},
           {"initial_status", request_.is_paused ? "paused" : "queued"}};
  if (!type_.etag.empty()) job["type_etag"] = type_.etag;
  if (!tag_id_.empty()) job["worker_tag"] = tag_id_;
  if (!checkout.empty()) job["storage"] = {{manager::kCheckoutIdMember, checkout}};
  return success(std::move(job));
}

result<void> Submission::prepare() {
  if (auto found = find_type(); !found) return found;
  if (auto found = find_tag(); !found) return found;
  const auto scene = request_.settings.find("scene");
  auto facts = read_scene_facts(blendfile_, scene == request_.settings.end() ? "" : scene->second);
  if (!facts) return facts.error();
  scene_ = *std::move(facts);
  worker_systems_ = worker_systems(manager_);
  // The folder is only for warnings, so a Manager without an answer is no reason to stop.
  if (const auto shared = manager_.shared_storage("users", this_platform()))
    shared_folder_ = shared->root();
  auto settings = complete(kPlaceholder);
  if (!settings) return settings.error();
  warnings_ = std::move(settings->warnings);
  const auto job = job_for(kPlaceholder, "");
  if (!job) return job.error();
  checked_settings_ = (*job)["settings"];
  return manager_.check(*job);
}

std::string Submission::summary() const {
  std::string out =
      "the job " + text::in_quotes(request_.name) + ", of the type " + text::printable(type_.name);
  for (const auto& [key, label] :
       {std::pair("frames", ", frames "), std::pair("render_output_root", ", output folder ")}) {
    const std::string value = text_of(checked_settings_, key);
    if (!value.empty()) out += label + text::printable(value);
  }
  return out;
}

result<json> Submission::planned(const std::string& job_blendfile) const {
  const auto job = job_for(job_blendfile, "");
  if (!job) return job.error();
  json planned;
  for (const char* member : {"name", "type", "priority", "settings"})
    planned[member] = job->at(member);
  return success(std::move(planned));
}

result<Job> Submission::submit(const std::string& job_blendfile, const std::string& checkout) {
  request_.metadata[kSubmissionKey] = random_key();
  const auto job = job_for(job_blendfile, checkout);
  if (!job) return job.error();
  if (auto checked = manager_.check(*job); !checked) return checked.error();
  return manager_.submit(*job);
}

}  // namespace shaman::manager
