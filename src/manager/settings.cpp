// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "shaman/manager/job_type.hpp"
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
  if (value == "true" || value == "yes" || value == "1") return json(true);
  if (value == "false" || value == "no" || value == "0") return json(false);
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

void take_given(const JobType& type, const SettingsSource& source, json& settings,
                Complaints& complaints) {
  for (const auto& [key, value] : source.given) {
    const Setting* const setting = type.find(key);
    if (setting == nullptr) {
      std::vector<std::string> keys;
      for (const Setting& each : type.settings)
        keys.push_back(each.key);
      complaints.add("there is no setting " + in_quotes(key) + " (there are: " + joined(keys) +
                     ")");
      continue;
    }
    const std::optional<json> read = value_of(setting->type, value);
    if (!read) {
      complaints.add(in_quotes(key) + " must be " + wanted(setting->type) + ", and is " +
                     in_quotes(value));
      continue;
    }
    settings[key] = *read;
  }
}

void take_from_scene(const JobType& type, const SettingsSource& source, json& settings) {
  for (const Setting& setting : type.settings) {
    if (setting.key == "blendfile" && setting.type == Setting::Type::string)
      settings[setting.key] = source.job_blendfile;
    if (settings.contains(setting.key) || setting.expression.empty()) continue;
    if (std::optional<json> value = evaluate(setting.expression, source, settings))
      settings[setting.key] = std::move(*value);
  }
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

}  // namespace

result<json> complete_settings(const JobType& type, const SettingsSource& source) {
  json settings = json::object();
  Complaints complaints;
  take_given(type, source, settings, complaints);
  // Defaults before expressions, which look at other settings; one that has an expression of its
  // own gets its default only where that cannot be evaluated.
  for (const Setting& setting : type.settings) {
    if (setting.expression.empty() && !setting.default_value.is_null())
      settings.emplace(setting.key, setting.default_value);
  }
  take_from_scene(type, source, settings);
  for (const Setting& setting : type.settings) {
    if (!setting.default_value.is_null()) settings.emplace(setting.key, setting.default_value);
    const auto found = settings.find(setting.key);
    if (found == settings.end() || (found->is_string() && found->get<std::string>().empty() &&
                                    setting.is_required && setting.key != "scene")) {
      if (setting.is_required && !source.given.contains(setting.key))
        complaints.add(missing_text(setting));
      else if (setting.is_required && found != settings.end())
        complaints.add(in_quotes(setting.key) + " must not be empty");
      continue;
    }
    look_at_limits(setting, *found, complaints);
  }
  if (!complaints.all().empty())
    return Error{errc::malformed_request,
                 "the job type " + in_quotes(type.name) + ": " + complaints.all()};
  return success(std::move(settings));
}

}  // namespace shaman::manager
