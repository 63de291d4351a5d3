// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/references.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "shaman/text.hpp"

#include "base/code_points.hpp"
#include "base/json_members.hpp"
#include "checkout/existing/name_match.hpp"
#include "checkout/path_rules.hpp"
#include "flamenco/expiry/readings.hpp"

namespace shaman::jobs {
namespace {

using nlohmann::json;

constexpr std::string_view kJobs = "{jobs}";
constexpr std::string_view kJobsFolder = "jobs";
constexpr std::string_view kNone = "none";
constexpr std::string_view kAdmins = "admins";

// No system opens a longer path.
constexpr std::size_t kMostBytes = 4096;
// What one more of them costs, apart from its length.
constexpr std::size_t kLeadsWork = 256;
// Of a setting's name.
constexpr std::size_t kMostShown = 80;

// What lies between slashes, without the slashes.
std::string_view take_part(std::string_view& path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return part;
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty())
    if (const std::string_view part = take_part(path); !part.empty()) parts.push_back(part);
  return parts;
}

template <class Parts>
std::string joined(const Parts& names) {
  std::string path;
  for (const auto& name : names)
    path.append(path.empty() ? "" : "/").append(name);
  return path;
}

// NTFS: `film:stream`, `film::$INDEX_ALLOCATION`. No checkout has a `:` in its name; one inside of
// brackets is no stream's (`[[:alpha:]]`, `{fps:.0f}`, `%NAME:~0,5%`).
std::string_view without_stream(std::string_view name) {
  const std::size_t at = name.find(':');
  const bool is_stream = at != name.npos && name.find_first_of("]})>%!", at) == name.npos;
  return is_stream ? name.substr(0, at) : name;
}

// `{jobs}` with something behind it that can be nothing: `{jobs} `, `{jobs}..`, `{jobs}{,x}`.
bool ends_with_jobs(std::string_view part) {
  const std::size_t at = part.rfind(kJobs);
  if (at == part.npos) return false;
  const std::string_view rest = part.substr(at + kJobs.size());
  return rest.find_first_not_of(". ") == rest.npos || name_match::fits(rest, "");
}

// To Windows, dots with blanks behind them are dots.
bool is_up(std::string_view name) {
  const std::size_t end = name.find_first_not_of('.');
  return end >= 2 && (end == name.npos || name.find_first_not_of(". ", end) == name.npos);
}

std::string with_plain_dots(std::string_view path) {
  std::vector<std::string_view> parts = parts_of(path);
  for (std::string_view& part : parts)
    if (is_up(part)) part = "..";
  return joined(parts);
}

// The farm's names of the jobs folder, taken apart once for all texts.
struct JobsFolders {
  explicit JobsFolders(const Farm& farm) {
    for (const std::string& location : farm.locations) {
      const std::string path = with_slashes(location);
      if (path.ends_with(':') || path.ends_with(":/"))
        drives.push_back(text::in_lower_case(path.substr(0, path.rfind(':') + 1)));
      std::vector<std::string> parts;
      for (const std::string_view part : parts_of(path))
        parts.emplace_back(part);
      if (!parts.empty()) locations.push_back(std::move(parts));
    }
  }

  std::vector<std::vector<std::string>> locations;
  std::vector<std::string> drives;
};

// Everywhere below the jobs folder that one text leads to.
class Reading {
 public:
  Reading(const std::string& text, const Farm& farm, const JobsFolders& known, Effort& effort,
          std::vector<Lead>& leads)
      : text_(text), farm_(farm), known_(known), effort_(effort), leads_(leads) {}

  void run() {
    std::string_view rest = text_;
    while (!rest.empty() && !effort_.is_used_up()) {
      const std::size_t length = rest.size();
      const std::string_view part = take_part(rest);
      if (part.size() < length)
        look(part, rest);
      else if (part.starts_with("**") && is_stars(part) && !farm_.ignores_placeholders)
        add_everywhere(rest);
    }
    add_drives();
  }

 private:
  // At a part that has a slash behind it.
  void look(std::string_view part, std::string_view rest) {
    if (part == ".." && !above_.empty()) above_.pop_back();
    if (part.empty() || part == "." || part == "..") return;
    above_.push_back(part);
    if (ends_with_jobs(without_stream(part))) return add_named(rest);
    if (name_match::is_any_depth(part)) {
      if (farm_.ignores_placeholders) return;
      // What nobody knows is put in by a job type, which makes names of folders.
      if (is_stars(part)) return add_everywhere(rest);
      if (farm_.variables.empty() || part.find("**") != part.npos) return add_anywhere(rest);
      if (name_match::is_any_or_none(part)) return;
    }
    const bool may_be_jobs = may_be(part, kJobsFolder);
    if (may_be_jobs || std::ranges::any_of(known_.locations, [this](const auto& each) {
          return ends_above_with(each);
        }))
      add(rest, false);
  }

  static bool is_stars(std::string_view part) { return part.find_first_not_of('*') == part.npos; }

  static bool may_be(std::string_view part, std::string_view folder) {
    const bool is_plain = text::is_ascii(part) && !name_match::is_pattern(part);
    if (is_plain && text::in_lower_case(part).find(folder) == std::string::npos) return false;
    return name_match::fits_some_word(part, folder);
  }

  // Whatever stands before it: a drive, another place where the storage is mounted.
  [[nodiscard]] bool ends_above_with(const std::vector<std::string>& location) const {
    if (above_.size() < location.size()) return false;
    auto part = above_.end() - static_cast<std::ptrdiff_t>(location.size());
    if (!name_match::fits_some_word(*part, location.front())) return false;
    return std::all_of(location.begin() + 1, location.end(), [&part](const std::string& each) {
      return name_match::fits_beginning(*++part, each);
    });
  }

  // `J:film` is a path, too.
  void add_drives() {
    const std::string in_one_case = text::in_lower_case(text_);
    for (const std::string& drive : known_.drives)
      for (std::size_t at = in_one_case.find(drive); at != std::string::npos;
           at = in_one_case.find(drive, at + 1))
        if (at == 0 || !name_match::is_of_word(text_[at - 1]))
          add(std::string_view(text_).substr(at + drive.size()), false);
  }

  void add_named(std::string_view rest) {
    add(rest, true);
    // As the job of a Manager reads whose {jobs} is the storage itself.
    std::string_view inner = rest;
    if (take_part(inner) == kJobsFolder && !inner.empty()) add(inner, true);
  }

  // The placeholder may stand for the jobs folder, or for a folder in it. What follows must name
  // something: else each job whose output has a placeholder would lead into every checkout.
  void add_anywhere(std::string_view rest) {
    rest = rest.substr(0, kMostBytes);
    const std::vector<std::string_view> parts = parts_of(rest);
    // Of several, the last says it all.
    if (!effort_.spend(rest.size())) return;
    if (parts.empty() || name_match::is_any_depth(parts.front())) return;
    if (std::ranges::any_of(parts, name_match::names_something)) add(rest, false, true);
  }

  // `**` alone is meant for everything, whether a name follows or not.
  void add_everywhere(std::string_view rest) {
    add_anywhere(rest);
    const std::vector<std::string_view> parts = parts_of(rest.substr(0, kMostBytes));
    if (std::ranges::none_of(parts, name_match::names_something)) add("**", false, true);
  }

  void add(std::string_view path, bool is_named, bool is_anywhere = false) {
    path = path.substr(0, kMostBytes);
    if (!effort_.spend(path.size())) return;
    add_path(path, is_named, is_anywhere);
    const bool has_odd_dots = path.find(". ") != path.npos || path.find("...") != path.npos;
    if (has_odd_dots) add_path(with_plain_dots(path), is_named, is_anywhere);
  }

  // Where the path ends, unless it leads out of the folder that it begins in; and where it turns
  // round, as a program may read only its beginning.
  void add_path(std::string_view path, bool is_named, bool is_anywhere) {
    std::vector<std::string_view> names;
    bool is_going_up = false;
    while (!path.empty() && !effort_.is_used_up()) {
      const std::string_view name = without_stream(take_part(path));
      if (name == "." || name.find_first_not_of(' ') == name.npos) continue;
      if (name != "..") {
        names.push_back(name);
        is_going_up = false;
        continue;
      }
      if (!is_going_up) add_lead(names, false, is_anywhere);
      if (names.empty()) return;
      is_going_up = true;
      // What stands for any folder does so one folder higher as well.
      if (!name_match::is_any_depth(names.back())) names.pop_back();
    }
    add_lead(names, is_named, is_anywhere);
  }

  void add_lead(const std::vector<std::string_view>& names, bool is_named, bool is_anywhere) {
    if (!names.empty() && effort_.spend(kLeadsWork))
      leads_.push_back({{joined(names), is_anywhere}, is_named});
  }

  const std::string& text_;
  const Farm& farm_;
  const JobsFolders& known_;
  Effort& effort_;
  std::vector<Lead>& leads_;
  std::vector<std::string_view> above_;  // without what `..` takes back
};

// Reads the texts of one job.
class Reader {
 public:
  Reader(const Farm& farm, Effort& effort) : farm_(farm), known_(farm), effort_(effort) {}

  std::vector<Lead> leads_of(std::string_view text) {
    std::vector<Lead> leads;
    for (const std::string& reading : readings_of(text, farm_, effort_))
      Reading(reading, farm_, known_, effort_, leads).run();
    return leads;
  }

  // Where a word of the text begins, as behind an option in a command line.
  std::vector<Lead> leads_beside(std::string_view text, const WrittenPath& folder) {
    std::vector<Lead> leads;
    for (const std::string& reading : readings_of(text, farm_, effort_))
      for (std::size_t at = 0; at < reading.size(); ++at)
        if ((at == 0 || !is_of_path(reading[at - 1])) && is_relative(reading, at))
          add_beside(std::string_view(reading).substr(at), folder, leads);
    for (Lead& lead : leads)
      lead = {{std::move(lead.path.path), folder.is_anywhere || lead.path.is_anywhere}, false};
    return leads;
  }

 private:
  static bool is_of_path(char c) { return c == '/' || name_match::is_of_word(c); }
  static bool is_relative(std::string_view text, std::size_t at) {
    text.remove_prefix(at);
    return text.starts_with("//") || text.starts_with("../") || text.starts_with("./");
  }

  // Below the jobs folder, whatever that is called.
  void add_beside(std::string_view text, const WrittenPath& folder, std::vector<Lead>& leads) {
    text = text.substr(0, kMostBytes);
    if (!effort_.spend(text.size())) return;
    std::string below(kJobs);
    if (!folder.path.empty()) below.append("/").append(folder.path);
    below.append("/").append(text);
    Reading(below, farm_, known_, effort_, leads).run();
  }

  const Farm& farm_;
  const JobsFolders known_;
  Effort& effort_;
};

// NOLINTNEXTLINE(misc-no-recursion): as deep as the JSON parser allows.
void add_strings(std::vector<JobText>& texts, const std::string& place, const json& value) {
  if (value.is_string()) texts.push_back({place, value.get<std::string>()});
  if (value.is_array())
    for (const json& item : value)
      add_strings(texts, place, item);
  if (!value.is_object()) return;
  for (const auto& [name, item] : value.items()) {
    texts.push_back({place, name});
    add_strings(texts, place + "." + name.substr(0, kMostShown), item);
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

}  // namespace

std::vector<Lead> leads_of(std::string_view text, const Farm& farm) {
  Effort effort;
  return Reader(farm, effort).leads_of(text);
}

std::vector<Lead> leads_beside(std::string_view text, const WrittenPath& folder, const Farm& farm) {
  Effort effort;
  return Reader(farm, effort).leads_beside(text, folder);
}

bool is_plain(const WrittenPath& path) {
  return !path.is_anywhere &&
         std::ranges::none_of(path_rules::components(path.path), name_match::is_pattern);
}

JobTexts texts_of(const json& job, From from) {
  JobTexts all;
  if (!job.is_object()) return all;
  if (const auto storage = job.find("storage"); storage != job.end() && storage->is_object())
    if (const auto named = text_member(*storage, "shaman_checkout_id"))
      all.texts.push_back({"storage.shaman_checkout_id", std::string(kJobs) + "/" + *named});
  for (const auto& [member, value] : job.items())
    if (from == From::client || member == "name" || member == "settings" || member == "metadata")
      add_strings(all.texts, member, value);
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

JobPaths paths_of(const JobTexts& job, const Farm& given) {
  const Farm farm = farm_for(job, given);
  Effort effort;
  Reader reader(farm, effort);
  std::set<WrittenPath> folders;
  for (const Lead& lead : reader.leads_of(job.blendfile))
    folders.insert({std::string(path_rules::folder_of(lead.path.path)), lead.path.is_anywhere});
  JobPaths found;
  for (std::size_t i = 0; i < job.texts.size(); ++i) {
    JobPaths::OfText of_text{i};
    for (Lead& lead : reader.leads_of(job.texts[i].text))
      of_text.paths.insert(std::move(lead.path));
    for (const WrittenPath& folder : folders)
      for (Lead& lead : reader.leads_beside(job.texts[i].text, folder))
        of_text.paths.insert(std::move(lead.path));
    if (!of_text.paths.empty()) found.by_text.push_back(std::move(of_text));
  }
  found.are_all = !effort.is_used_up();
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
  std::set<std::string> paths;
  for (const JobText& each : texts_of(job).texts)
    for (Lead& lead : leads_of(each.text))
      if (lead.is_named) paths.insert(std::move(lead.path.path));
  return paths;
}

}  // namespace shaman::jobs
