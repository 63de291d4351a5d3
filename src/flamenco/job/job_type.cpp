// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/job_type.hpp"

#include <algorithm>
#include <cctype>

#include "shaman/text.hpp"

#include "flamenco/manager/members.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;

std::optional<double> limit_of(const json& object, const char* name) {
  const auto properties = object.find("propargs");
  if (properties == object.end() || !properties->is_object()) return std::nullopt;
  const auto found = properties->find(name);
  if (found == properties->end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::optional<Setting::Type> type_of(const std::string& name) {
  if (name == "string") return Setting::Type::string;
  if (name == "int32") return Setting::Type::int32;
  if (name == "float") return Setting::Type::real;
  if (name == "bool") return Setting::Type::boolean;
  return std::nullopt;
}

// Whether the add-on evaluates the expression of the setting for each submission. Source: the
// add-on's job_types_propgroup.py, 3.5 to 3.9.
bool is_computed(const json& object) {
  const std::string visible = text_of(object, "visible");
  const bool is_fixed = !flag_member(object, "editable").value_or(true);
  const auto info = object.find("evalInfo");
  const bool is_linked = info != object.end() && flag_of(*info, "showLinkButton");
  return visible == "hidden" || visible == "web" || is_fixed || is_linked;
}

std::optional<Setting> read_setting(const json& object) {
  if (!object.is_object()) return std::nullopt;
  Setting setting;
  setting.key = text_of(object, "key");
  const std::optional<Setting::Type> type = type_of(text_of(object, "type"));
  if (setting.key.empty() || !type) return std::nullopt;
  setting.type = *type;
  const auto choices = object.find("choices");
  if (choices != object.end() && choices->is_array()) {
    for (const json& choice : *choices)
      if (choice.is_string()) setting.choices.push_back(choice.get<std::string>());
  }
  if (const auto found = object.find("default"); found != object.end())
    setting.default_value = *found;
  setting.is_required = flag_of(object, "required");
  setting.expression = text_of(object, "eval");
  setting.is_computed = !setting.expression.empty() && is_computed(object);
  const std::string subtype = text_of(object, "subtype");
  setting.is_path =
      subtype == "dir_path" || subtype == "file_path" || subtype == "hashed_file_path";
  setting.description = text_of(object, "description");
  setting.min = limit_of(object, "min");
  setting.max = limit_of(object, "max");
  return setting;
}

}  // namespace

bool is_windows_path(std::string_view path) {
  const bool has_drive =
      path.size() > 1 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0])) != 0;
  return has_drive || path.starts_with("\\\\");
}

const Setting* JobType::find(const std::string& key) const {
  const auto found = std::ranges::find(settings, key, &Setting::key);
  return found == settings.end() ? nullptr : &*found;
}

result<JobType> read_job_type(const json& object) {
  JobType type;
  type.name = text_of(object, "name");
  type.label = text_of(object, "label");
  type.etag = text_of(object, "etag");
  if (type.name.empty() || !object.contains("settings") || !object["settings"].is_array())
    return Error{errc::protocol_error, "the Manager sent a job type without a name or settings"};
  for (const json& each : object["settings"]) {
    std::optional<Setting> setting = read_setting(each);
    if (!setting)
      return Error{
          errc::protocol_error,
          "the job type " + text::in_quotes(type.name) +
              " has a setting that this version of shaman does not support; a newer version may"};
    type.settings.push_back(std::move(*setting));
  }
  return type;
}

}  // namespace shaman::manager
