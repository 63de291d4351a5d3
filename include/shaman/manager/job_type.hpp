// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "shaman/error.hpp"
#include "shaman/manager/scene_facts.hpp"

namespace shaman::manager {

/// One setting of a job type. A Manager neither checks the values of a job nor adds missing ones.
struct Setting {
  enum class Type : std::uint8_t { string, int32, real, boolean };

  std::string key;
  Type type = Type::string;
  std::vector<std::string> choices;  ///< empty: any value
  nlohmann::json default_value;      ///< null: none
  bool is_required = false;
  std::string expression;  ///< in Python: Blender computes the value with it; empty: none
  /// The add-on evaluates the expression for each submission: the setting is hidden, cannot be
  /// edited, or is linked to its expression unless the artist unlinks it.
  bool is_computed = false;
  bool is_path = false;  ///< a file or folder that workers read or write
  std::optional<double> min;
  std::optional<double> max;
  std::string description;
};

/// Whether a user may give a value for this setting: false only for the path of the .blend.
[[nodiscard]] bool is_for_users(const Setting& setting);

/// A phrase for the values that a user may give: `a whole number from 0 to 32`.
[[nodiscard]] std::string allowed_values(const Setting& setting);

/// The value of a setting that the user does not give and no expression computes; null: there is
/// none, because the setting is required or computed.
[[nodiscard]] nlohmann::json fallback_value(const Setting& setting);

struct JobType {
  std::string name;
  std::string label;
  std::string etag;
  std::vector<Setting> settings;

  [[nodiscard]] const Setting* find(const std::string& key) const;
};

/// Reads a job type as the Manager sends it. errc::protocol_error: it has no name or settings, or a
/// setting of an unknown type.
[[nodiscard]] result<JobType> read_job_type(const nlohmann::json& object);

/// The operating systems of a farm's workers, as far as known.
struct WorkerSystems {
  bool on_windows = false;  ///< there are workers on Windows
  bool elsewhere = true;    ///< there are workers on other systems
};

/// Whether the path has the form `C:\out` or `\\server\share`.
[[nodiscard]] bool is_windows_path(std::string_view path);

/// The sources of the settings' values.
struct SettingsSource {
  std::map<std::string, std::string> given;  ///< by the user, as text
  std::string job_name;
  std::string blendfile;      ///< the artist's path, absolute
  std::string job_blendfile;  ///< the workers' path; becomes the setting `blendfile`
  SceneFacts scene;
  /// The workers' shared storage, as this machine sees it; empty: not known.
  std::string shared_folder;
  WorkerSystems workers;
};

struct CompletedSettings {
  nlohmann::json values = nlohmann::json::object();
  std::vector<std::string> warnings;  ///< sentences about folders that workers may not have
};

/// Every setting of the type, as the Blender add-on would send it: the given value, the one that
/// Blender would find in the scene, the default, or else `""`, 0, `false` or the first choice.
/// Paths become absolute. errc::invalid_argument names all errors at once: keys that the type does
/// not have, values of another type or outside the choices or the range, missing required settings,
/// expressions that this program cannot compute, folders that no worker has, a value for
/// `blendfile`, and a scene that the type cannot render.
[[nodiscard]] result<CompletedSettings> complete_settings(const JobType& type,
                                                          const SettingsSource& source);

}  // namespace shaman::manager
