// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "shaman/manager/job_type.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "flamenco/job/evaluate.hpp"
#include "flamenco/job/setting_value.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;
using text::in_quotes;

#ifdef _WIN32
constexpr bool kIsWindows = true;
#else
constexpr bool kIsWindows = false;
#endif
constexpr const char* kBlendfile = "blendfile";

class SettingErrors {
 public:
  void add(const std::string& what) {
    if (what.empty()) return;
    all_ += (all_.empty() ? "" : "; ") + what;
  }
  [[nodiscard]] const std::string& all() const noexcept { return all_; }

 private:
  std::string all_;
};

// The value that the add-on sends for a setting without a default that nobody has changed.
json untouched(const Setting& setting) {
  switch (setting.type) {
    case Setting::Type::string:
      return setting.choices.empty() ? json("") : json(setting.choices.front());
    case Setting::Type::int32:
      return 0;
    case Setting::Type::real:
      return 0.0;
    case Setting::Type::boolean:
      return false;
  }
  return nullptr;
}

std::string missing_text(const Setting& setting) {
  std::string what = in_quotes(setting.key) + " is required: give --setting " +
                     text::printable(setting.key) + "=VALUE";
  if (!setting.choices.empty()) what += ", one of " + joined(setting.choices);
  if (!setting.expression.empty())
    what += " (only Blender can compute it: " + text::printable(setting.expression) + ")";
  return what;
}

class Completion {
 public:
  Completion(const JobType& type, const SettingsSource& source) : type_(type), source_(source) {
    const auto format = source_.given.find("format");
    if (format == source_.given.end()) return;
    source_.scene.format = format->second;
    source_.scene.extension = extension_of(format->second);
  }

  result<CompletedSettings> run() {
    take_given();
    look_at_scene();
    take_defaults();
    take_expressions();
    for (const Setting& setting : type_.settings)
      complete(setting);
    if (!errors_.all().empty())
      return Error{errc::invalid_argument,
                   "job type " + in_quotes(type_.name) + ": " + errors_.all()};
    return std::move(completed_);
  }

 private:
  void take_given() {
    for (const auto& [key, value] : source_.given) {
      const Setting* const setting = type_.find(key);
      if (setting == nullptr) {
        errors_.add(unknown_setting(type_, key));
        continue;
      }
      if (!is_for_users(*setting)) {
        errors_.add(in_quotes(key) +
                    " is the path at which workers find the .blend; this command "
                    "sets it: leave it out");
        continue;
      }
      result<json> read = read_value(*setting, value);
      if (!read) {
        errors_.add(read.error().detail);
        continue;
      }
      if (setting->is_path && read->is_string()) *read = path_for_workers(key, value);
      values()[key] = *std::move(read);
    }
    const Setting* const blendfile = type_.find(kBlendfile);
    if (blendfile != nullptr && blendfile->type == Setting::Type::string)
      values()[kBlendfile] = source_.job_blendfile;
  }

  // Makes a path absolute, as the add-on does, and warns if workers may not have the folder.
  std::string path_for_workers(const std::string& key, const std::string& path) {
    const std::string is = in_quotes(key) + " is " + in_quotes(path);
    if (path.empty() || path.starts_with('{')) return path;
    if (is_windows_path(path) || (!kIsWindows && path.find('\\') != std::string::npos)) {
      judge_windows_path(is, path);
      return path;
    }
    if (path.starts_with('~')) {
      errors_.add(is +
                  ", but workers have another home folder than you: give the full path of a "
                  "folder that they can write to");
      return path;
    }
    const bool is_beside_blend = path.starts_with("//");
    const std::string whole =
        is_beside_blend
            ? os::absolute(os::join(os::parent(source_.blendfile), without_slashes(path)))
            : os::absolute(path);
    if (is_below(whole, source_.shared_folder)) return whole;
    if (is_beside_blend || !os::is_absolute(path))
      completed_.warnings.push_back(in_quotes(key) + " becomes " + in_quotes(whole) +
                                    ": workers need this folder at the same path");
    else if (is_below(whole, os::home_folder()) || is_below(whole, "/tmp"))
      completed_.warnings.push_back(is +
                                    ", a folder of this machine: workers need it at the same "
                                    "path");
    return whole;
  }

  // On other systems, a Windows path is a file name in the folder in which Blender was started.
  void judge_windows_path(const std::string& is, const std::string& path) {
    if (!source_.workers.on_windows)
      errors_.add(is +
                  ", a Windows path, but this farm's workers do not run Windows: give the "
                  "full path of a folder that they can write to, with /");
    else if (source_.workers.elsewhere && !is_below(slashed(path), slashed(source_.shared_folder)))
      completed_.warnings.push_back(is + ": only workers on Windows have this path");
  }

  static std::string slashed(std::string path) {
    std::ranges::replace(path, '\\', '/');
    return path;
  }

  static std::string without_slashes(const std::string& path) {
    return path.substr(std::min(path.find_first_not_of('/'), path.size()));
  }

  static bool is_below(const std::string& path, const std::string& folder) {
    return !folder.empty() && folder != "/" && path.starts_with(folder) &&
           (path.size() == folder.size() || path[folder.size()] == '/');
  }

  // Complains about a scene that no worker can render.
  void look_at_scene() {
    const SceneFacts& scene = source_.scene;
    if (!scene.name || type_.find(kBlendfile) == nullptr) return;
    if (!scene.camera && !scene.has_other_source)
      errors_.add("the scene " + in_quotes(*scene.name) +
                  " has no camera, so there is nothing to render: add one, or choose "
                  "another scene with --setting scene=NAME");
    if (renders_video())
      errors_.add("the scene " + in_quotes(*scene.name) + " renders to a video (" + *scene.format +
                  "), but this job type renders images: choose an image format in Blender's Output "
                  "properties, or give --setting format=PNG");
  }

  [[nodiscard]] bool renders_video() const {
    return type_.find("image_file_extension") != nullptr && source_.scene.renders_video();
  }

  // Expressions need these values.
  void take_defaults() {
    for (const Setting& setting : type_.settings) {
      if (!setting.is_computed && !setting.default_value.is_null())
        values().emplace(setting.key, setting.default_value);
    }
  }

  // Repeats until nothing changes, because expressions depend on each other.
  void take_expressions() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const Setting& setting : type_.settings) {
        if (setting.expression.empty() || values().contains(setting.key)) continue;
        std::optional<json> value = evaluate(setting.expression, source_, values());
        if (!value) continue;
        values()[setting.key] = as_type(setting.type, *std::move(value));
        changed = true;
      }
    }
  }

  // Converts as Python does: 24.0 is the whole number 24, and 24 is the real number 24.0.
  static json as_type(Setting::Type type, json value) {
    if (type == Setting::Type::real && value.is_number()) return value.get<double>();
    const bool fits = value.is_number_float() && std::fabs(value.get<double>()) < 2147483648.0;
    if (type == Setting::Type::int32 && fits) return static_cast<std::int32_t>(value.get<double>());
    return value;
  }

  void complete(const Setting& setting) {
    const bool by_video =
        renders_video() && (setting.key == "format" || setting.key == "image_file_extension");
    if (by_video) return;
    const auto found = values().find(setting.key);
    const bool is_there = found != values().end();
    const bool is_empty =
        is_there && found->is_string() && found->get_ref<const std::string&>().empty();
    const bool was_given = source_.given.contains(setting.key);
    if (is_there && !(is_empty && setting.is_required && setting.key != "scene")) {
      errors_.add(limits_exceeded(setting, *found));
    } else if (was_given) {
      // An unreadable value has its complaint already.
      if (is_there) errors_.add(in_quotes(setting.key) + " must not be empty");
    } else if (setting.is_required || setting.is_computed) {
      if (!follows_from_missing(setting)) errors_.add(missing_text(setting));
    } else {
      values()[setting.key] = untouched(setting);
    }
  }

  // The required setting that the expression needs is missing, and has its own complaint.
  [[nodiscard]] bool follows_from_missing(const Setting& setting) const {
    return std::ranges::any_of(type_.settings, [&](const Setting& other) {
      return other.is_required && !completed_.values.contains(other.key) &&
             setting.expression.find("settings." + other.key) != std::string::npos;
    });
  }

  json& values() { return completed_.values; }

  const JobType& type_;
  SettingsSource source_;
  CompletedSettings completed_;
  SettingErrors errors_;
};

}  // namespace

bool is_for_users(const Setting& setting) {
  return setting.key != kBlendfile;
}

json fallback_value(const Setting& setting) {
  if (!setting.is_computed && !setting.default_value.is_null()) return setting.default_value;
  return setting.is_required || setting.is_computed ? json() : untouched(setting);
}

result<CompletedSettings> complete_settings(const JobType& type, const SettingsSource& source) {
  return Completion(type, source).run();
}

}  // namespace shaman::manager
