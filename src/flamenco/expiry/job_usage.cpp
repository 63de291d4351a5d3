// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/job_usage.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "fs/error_kinds.hpp"

namespace shaman::jobs {
namespace {

namespace errors = boost::system::errc;
using nlohmann::json;

constexpr std::string_view kPrivate = ".shaman";
constexpr std::string_view kFolder = "jobs";
constexpr std::string_view kKnown = "known.json";
constexpr std::string_view kConfirmed = "confirmed.json";
// Enough for a million checkouts with long names.
constexpr std::size_t kLongest = std::size_t{512} << 20U;

std::string text_of(const json& content) {
  return content.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

constexpr std::array<std::pair<Ended, const char*>, 4> kWhys{{{Ended::unknown, "unknown"},
                                                              {Ended::job_gone, "jobGone"},
                                                              {Ended::never_had_job, "neverHadJob"},
                                                              {Ended::too_old, "tooOld"}}};

Ended why_from(const std::string& name) {
  const auto why = std::ranges::find(kWhys, name, [](const auto& each) { return each.second; });
  return why == kWhys.end() ? Ended::unknown : why->first;
}

const char* name_of(Ended why) {
  return std::ranges::find(kWhys, why, [](const auto& each) { return each.first; })->second;
}

// Older servers wrote paths only.
CheckoutId id_from(const json& each) {
  if (each.is_string()) return {each.get<std::string>()};
  return {each.at("path").get<std::string>(), each.at("identity").get<std::string>()};
}

json json_of(const CheckoutId& id) {
  return {{"path", id.path}, {"identity", id.identity}};
}

std::vector<HeldCheckout> held_from(const json& list) {
  std::vector<HeldCheckout> held;
  for (const json& each : list) {
    HeldCheckout& one = held.emplace_back(HeldCheckout{id_from(each)});
    if (!each.is_object()) continue;
    one.why = why_from(each.value("why", ""));
    one.made = each.value("made", std::int64_t{0});
    one.since = each.value("since", std::int64_t{0});
  }
  return held;
}

json list_of(const std::vector<HeldCheckout>& held) {
  json list = json::array();
  for (const HeldCheckout& each : held) {
    json one = json_of(each.id);
    one["why"] = name_of(each.why);
    one["made"] = each.made;
    one["since"] = each.since;
    list.push_back(std::move(one));
  }
  return list;
}

// Older servers wrote the list only.
Confirmation confirmation_from(const json& content) {
  Confirmation confirmed;
  for (const json& each : content.is_array() ? content : content.at("checkouts"))
    confirmed.checkouts.push_back(id_from(each));
  if (content.is_object()) confirmed.by = content.at("by").get<std::string>();
  return confirmed;
}

json json_of(const Confirmation& confirmed) {
  json list = json::array();
  for (const CheckoutId& each : confirmed.checkouts)
    list.push_back(json_of(each));
  return {{"checkouts", std::move(list)}, {"by", confirmed.by}};
}

JobUsage job_usage_from(const json& content) {
  JobUsage usage;
  for (const auto& [path, known] : content.at("checkouts").items())
    usage.checkouts[path] = {
        known.at("jobs").get<std::set<std::string>>(), known.at("goneSince").get<std::int64_t>(),
        known.value("notAfter", std::int64_t{0}), known.value("identity", std::string())};
  usage.deleted_jobs = content.at("deletedJobs").get<std::set<std::string>>();
  usage.held = held_from(content.at("held"));
  usage.first_seen =
      content.value("firstSeen", json::object()).get<std::map<std::string, FirstSeen>>();
  usage.age_in_force = content.value("ageInForce", std::int64_t{0});
  usage.ages_looked_at = content.value("agesLookedAt", std::int64_t{0});
  return usage;
}

}  // namespace

Error JobUsageFiles::unusable(std::string_view name, const std::string& why) const {
  return {errc::damaged_file,
          text::printable(storage_) + "/.shaman/jobs/" + std::string(name) + " " + why +
              ": remove it; which checkouts had jobs is then found out again, and nothing is lost "
              "but graces that had begun"};
}

Error JobUsageFiles::failure(std::string_view doing, std::string_view name,
                             const boost::system::error_code& error) const {
  if (error == errors::not_a_directory || error == errors::too_many_symbolic_link_levels)
    return unusable(name, "is a link, or .shaman/jobs is not a folder");
  if (error == errors::invalid_argument || error == errors::is_a_directory)
    return unusable(name, "is not a regular file");
  return {errc::io_error, "cannot " + std::string(doing) + " " + text::printable(storage_) +
                              "/.shaman/jobs/" + std::string(name) + ": " + error.message()};
}

fs::result<fs::Folder> JobUsageFiles::private_folder() const {
  const auto root = file_system_.open_root(storage_);
  if (!root) return root.error();
  return file_system_.open_folder(*root, kPrivate);
}

// Empty if the file does not exist.
result<std::string> JobUsageFiles::content_of(std::string_view name) const {
  const auto opened = private_folder();
  const auto file =
      opened ? file_system_.open_file(*opened, std::string(kFolder) + "/" + std::string(name))
             : fs::result<fs::File>(opened.error());
  if (!file && fs::is_absent(file.error())) return std::string();
  if (!file) return failure("read", name, file.error());
  auto content = fs::read_all(file_system_, *file, kLongest);
  if (!content) return failure("read", name, content.error());
  return std::move(*content);
}

// Replaces the file whole or not at all.
result<void> JobUsageFiles::write_file(std::string_view name, const std::string& content) const {
  const auto opened = private_folder();
  const auto folder = opened ? fs::open_or_make_folder(file_system_, *opened, kFolder)
                             : fs::result<fs::Folder>(opened.error());
  if (!folder) return failure("write", name, folder.error());
  const std::string temporary = std::string(name) + "-" + std::to_string(file_system_.random());
  const auto written = [&]() -> fs::result<void> {
    auto file = file_system_.create_file(*folder, temporary);
    if (!file) return file.error();
    auto done = fs::write_all(file_system_, *file, 0, std::as_bytes(std::span(content)));
    if (done) done = file_system_.flush(*file);
    if (done) done = file_system_.close(std::move(*file));
    if (done) done = file_system_.rename(*folder, temporary, *folder, name);
    if (done) done = file_system_.flush(*folder);
    return done;
  }();
  if (written) return {};
  static_cast<void>(file_system_.remove_file(*folder, temporary));
  return failure("write", name, written.error());
}

result<JobUsage> JobUsageFiles::read() const {
  const auto content = content_of(kKnown);
  if (!content) return content.error();
  if (content->empty()) return JobUsage();
  try {
    return job_usage_from(json::parse(*content));
  } catch (const json::exception&) {
    return unusable(kKnown, "is damaged");
  }
}

result<void> JobUsageFiles::write(const JobUsage& usage) const {
  json checkouts = json::object();
  for (const auto& [path, known] : usage.checkouts)
    checkouts[path] = {{"jobs", known.jobs},
                       {"goneSince", known.gone_since},
                       {"notAfter", known.not_after},
                       {"identity", known.identity}};
  return write_file(kKnown, text_of({{"checkouts", std::move(checkouts)},
                                     {"deletedJobs", usage.deleted_jobs},
                                     {"held", list_of(usage.held)},
                                     {"firstSeen", usage.first_seen},
                                     {"ageInForce", usage.age_in_force},
                                     {"agesLookedAt", usage.ages_looked_at}}));
}

result<Confirmation> JobUsageFiles::read_confirmed() const {
  const auto content = content_of(kConfirmed);
  if (!content) return content.error();
  if (content->empty()) return Confirmation();
  try {
    return confirmation_from(json::parse(*content));
  } catch (const json::exception&) {
    return unusable(kConfirmed, "is damaged");
  }
}

result<void> JobUsageFiles::write_confirmed(const Confirmation& confirmed) const {
  return write_file(kConfirmed, text_of(json_of(confirmed)));
}

void JobUsageFiles::forget_confirmed() const {
  // Ignores a failure: a confirmation that is used again erases nothing more.
  if (const auto opened = private_folder())
    static_cast<void>(
        file_system_.remove_file(*opened, std::string(kFolder) + "/" + std::string(kConfirmed)));
}

result<std::vector<HeldCheckout>> held_checkouts(fs::FileSystem& file_system,
                                                 const std::string& storage) {
  auto usage = JobUsageFiles(file_system, storage).read();
  if (!usage) return usage.error();
  return std::move(usage->held);
}

result<void> confirm_erasing(fs::FileSystem& file_system, const std::string& storage,
                             const std::vector<HeldCheckout>& checkouts, const std::string& by) {
  Confirmation confirmed{{}, by};
  for (const HeldCheckout& each : checkouts)
    confirmed.checkouts.push_back(each.id);
  return JobUsageFiles(file_system, storage).write_confirmed(confirmed);
}

}  // namespace shaman::jobs
