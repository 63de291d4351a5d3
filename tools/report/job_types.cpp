// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/job_types.hpp"

#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

using manager::Setting;
using nlohmann::json;

const char* name_of(Setting::Type type) {
  switch (type) {
    case Setting::Type::string:
      return "string";
    case Setting::Type::int32:
      return "int32";
    case Setting::Type::real:
      return "float";
    case Setting::Type::boolean:
      return "bool";
  }
  return "";
}

std::string default_text(const Setting& setting) {
  if (!setting.expression.empty()) {
    const bool reads_scene = setting.expression.find("C.") != std::string::npos ||
                             setting.expression.find("bpy.") != std::string::npos;
    return reads_scene ? "default: computed from the scene"
                       : "default: computed from other settings";
  }
  const json value = fallback_value(setting);
  if (value.is_null()) return "required";
  const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
  return "default: " + (shown.empty() ? "empty" : text::printable(shown));
}

std::string setting_line(const Setting& setting) {
  return "  " + text::printable(setting.key) + ": " + manager::allowed_values(setting) + "; " +
         default_text(setting) +
         (setting.description.empty() ? "" : "  (" + text::printable(setting.description) + ")") +
         "\n";
}

json setting_json(const Setting& setting) {
  const json fallback = fallback_value(setting);
  const bool is_computed = !setting.expression.empty();
  json object{{"key", setting.key},
              {"type", name_of(setting.type)},
              {"required", fallback.is_null() && !is_computed},
              {"computed", is_computed},
              {"description", setting.description}};
  if (!is_computed && !fallback.is_null()) object["default"] = fallback;
  if (!setting.choices.empty()) object["choices"] = setting.choices;
  if (setting.min) object["min"] = *setting.min;
  if (setting.max) object["max"] = *setting.max;
  return object;
}

}  // namespace

std::string job_type_text(const manager::JobType& type) {
  std::string out = text::printable(type.name) + ": " + text::printable(type.label) + "\n";
  for (const Setting& setting : type.settings)
    if (manager::is_for_users(setting)) out += setting_line(setting);
  return out;
}

json job_type_json(const manager::JobType& type) {
  json keys = json::array();
  json details = json::array();
  for (const Setting& setting : type.settings) {
    if (!manager::is_for_users(setting)) continue;
    keys.push_back(setting.key);
    details.push_back(setting_json(setting));
  }
  return {{"name", type.name},
          {"label", type.label},
          {"settings", std::move(keys)},
          {"settingDetails", std::move(details)}};
}

}  // namespace shaman::tools
