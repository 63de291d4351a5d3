// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "shaman/manager/job_type.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "evaluate.hpp"
#include "members.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;
using text::in_quotes;

class Complaints {
 public:
  void add(const std::string& what) { all_ += (all_.empty() ? "" : "; ") + what; }
  [[nodiscard]] const std::string& all() const noexcept { return all_; }

 private:
  std::string all_;
};

template <class T>
std::optional<T> number_of(const std::string& value) {
  T number{};
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<json> boolean_of(const std::string& value) {
  for (const std::string_view yes : {"true", "yes", "on", "1"})
    if (text::is_same_but_for_case(value, yes)) return json(true);
  for (const std::string_view no : {"false", "no", "off", "0"})
    if (text::is_same_but_for_case(value, no)) return json(false);
  return std::nullopt;
}

std::optional<json> value_of(Setting::Type type, const std::string& value) {
  switch (type) {
    case Setting::Type::string:
      return json(value);
    case Setting::Type::int32:
      if (const auto number = number_of<std::int32_t>(value)) return json(*number);
      return std::nullopt;
    case Setting::Type::real:
      if (const auto number = number_of<double>(value); number && std::isfinite(*number))
        return json(*number);
      return std::nullopt;
    case Setting::Type::boolean:
      return boolean_of(value);
  }
  return std::nullopt;
}

const char* wanted(Setting::Type type) {
  switch (type) {
    case Setting::Type::int32:
      return "a whole number";
    case Setting::Type::real:
      return "a number";
    case Setting::Type::boolean:
      return "true or false";
    case Setting::Type::string:
      break;
  }
  return "a text";
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "" : ", ") + text::printable(name);
  return out;
}

// 32 and not 32.000000.
std::string plain(double number) {
  return json(number == std::floor(number) && std::fabs(number) < 1e15
                  ? json(static_cast<std::int64_t>(number))
                  : json(number))
      .dump();
}

void look_at_limits(const Setting& setting, const json& value, Complaints& complaints) {
  const std::string name = in_quotes(setting.key);
  if (value.is_string() && !setting.choices.empty() &&
      std::ranges::find(setting.choices, value.get<std::string>()) == setting.choices.end())
    complaints.add(name + " is one of " + joined(setting.choices) + ", and not " +
                   in_quotes(value.get<std::string>()));
  if (!value.is_number()) return;
  if (setting.min && value.get<double>() < *setting.min)
    complaints.add(name + " must be at least " + plain(*setting.min) + ", and is " + value.dump());
  if (setting.max && value.get<double>() > *setting.max)
    complaints.add(name + " must be at most " + plain(*setting.max) + ", and is " + value.dump());
}

// What the add-on sends for a setting that nobody has touched.
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
    what += " (Blender would compute it, as " + text::printable(setting.expression) +
            "; that cannot be done here)";
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
    if (!complaints_.all().empty())
      return Error{errc::malformed_request,
                   "the job type " + in_quotes(type_.name) + ": " + complaints_.all()};
    return std::move(completed_);
  }

 private:
  void take_given() {
    for (const auto& [key, value] : source_.given) {
      const Setting* const setting = type_.find(key);
      if (setting == nullptr) {
        std::vector<std::string> keys;
        for (const Setting& each : type_.settings)
          keys.push_back(each.key);
        complaints_.add("there is no setting " + in_quotes(key) + " (there are: " + joined(keys) +
                        ")");
        continue;
      }
      std::optional<json> read = value_of(setting->type, value);
      if (!read) {
        complaints_.add(in_quotes(key) + " must be " + wanted(setting->type) + ", and is " +
                        in_quotes(value));
        continue;
      }
      if (setting->is_path && read->is_string()) *read = path_for_workers(key, value);
      values()[key] = *std::move(read);
    }
    const Setting* const blendfile = type_.find("blendfile");
    if (blendfile != nullptr && blendfile->type == Setting::Type::string)
      values()["blendfile"] = source_.job_blendfile;
  }

  // As the add-on makes it; said where workers may have no such folder.
  std::string path_for_workers(const std::string& key, const std::string& path) {
    const bool has_drive = path.size() > 1 && path[1] == ':';
    if (path.empty() || path.starts_with('{') || path.starts_with("\\\\") || has_drive) return path;
    if (path.starts_with('~')) {
      complaints_.add(in_quotes(key) + " is " + in_quotes(path) +
                      ": workers have another home folder than you; give the whole path of a "
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
                                    ": workers need this folder under the same path");
    else if (is_below(whole, os::home_folder()) || is_below(whole, "/tmp"))
      completed_.warnings.push_back(in_quotes(key) + " is " + in_quotes(whole) +
                                    ", a folder of this machine: workers need it under the same "
                                    "path");
    return whole;
  }

  static std::string without_slashes(const std::string& path) {
    return path.substr(std::min(path.find_first_not_of('/'), path.size()));
  }

  static bool is_below(const std::string& path, const std::string& folder) {
    return !folder.empty() && folder != "/" && path.starts_with(folder) &&
           (path.size() == folder.size() || path[folder.size()] == '/');
  }

  // What no worker could render.
  void look_at_scene() {
    const SceneFacts& scene = source_.scene;
    if (!scene.name || type_.find("blendfile") == nullptr) return;
    if (!scene.camera && !scene.has_other_source)
      complaints_.add("the scene " + in_quotes(*scene.name) +
                      " has no camera, so that there is nothing to render: add one, or give "
                      "another scene with --setting scene=NAME");
    if (renders_video())
      complaints_.add("the scene " + in_quotes(*scene.name) + " renders to a video (" +
                      *scene.format +
                      "), and this job type to images: choose an image format in Blender's Output "
                      "properties, or give --setting format=PNG");
  }

  [[nodiscard]] bool renders_video() const {
    return type_.find("image_file_extension") != nullptr && source_.scene.renders_video();
  }

  // Before expressions, which look at other settings.
  void take_defaults() {
    for (const Setting& setting : type_.settings) {
      if (!setting.is_computed && !setting.default_value.is_null())
        values().emplace(setting.key, setting.default_value);
    }
  }

  // In as many rounds as they depend on each other.
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

  // Python's 24.0 is 24 for a whole number, and 24 is 24.0 for a real one.
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
      look_at_limits(setting, *found, complaints_);
    } else if (was_given) {
      // What could not be read was complained of.
      if (is_there) complaints_.add(in_quotes(setting.key) + " must not be empty");
    } else if (setting.is_required || setting.is_computed) {
      complaints_.add(missing_text(setting));
    } else {
      values()[setting.key] = untouched(setting);
    }
  }

  json& values() { return completed_.values; }

  const JobType& type_;
  SettingsSource source_;
  CompletedSettings completed_;
  Complaints complaints_;
};

}  // namespace

result<CompletedSettings> complete_settings(const JobType& type, const SettingsSource& source) {
  return Completion(type, source).run();
}

}  // namespace shaman::manager
