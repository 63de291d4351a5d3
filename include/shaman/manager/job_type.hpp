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

/// What a job type wants to know. A Manager checks none of it and fills nothing in.
struct Setting {
  enum class Type : std::uint8_t { string, int32, real, boolean };

  std::string key;
  Type type = Type::string;
  std::vector<std::string> choices;  ///< empty: free
  nlohmann::json default_value;      ///< null: none
  bool is_required = false;
  std::string expression;  ///< of Python, by which Blender would find the value; empty: none
  /// The add-on evaluates the expression for each submission: the setting is hidden, cannot be
  /// edited, or is linked to its expression unless the artist unlinks it.
  bool is_computed = false;
  bool is_path = false;  ///< of a file or folder that workers read or write
  std::optional<double> min;
  std::optional<double> max;
  std::string description;
};

struct JobType {
  std::string name;
  std::string label;
  std::string etag;
  std::vector<Setting> settings;

  [[nodiscard]] const Setting* find(const std::string& key) const;
};

/// errc::bad_answer: it is no job type.
[[nodiscard]] result<JobType> read_job_type(const nlohmann::json& object);

/// On which systems a farm has workers, as far as that is known.
struct WorkerSystems {
  bool on_windows = false;
  bool elsewhere = true;
};

/// `C:\out` or `\\server\share`.
[[nodiscard]] bool is_windows_path(std::string_view path);

/// What the settings' values are made of.
struct SettingsSource {
  std::map<std::string, std::string> given;  ///< by the user, as text
  std::string job_name;
  std::string blendfile;      ///< absolute, as the artist has it
  std::string job_blendfile;  ///< as workers find it: becomes the setting `blendfile`
  SceneFacts scene;
  /// Where this machine sees the storage that workers share; empty: not known.
  std::string shared_folder;
  WorkerSystems workers;
};

struct CompletedSettings {
  nlohmann::json values = nlohmann::json::object();
  std::vector<std::string> warnings;  ///< sentences: folders that workers may not have
};

/// Every setting of the type, as the Blender add-on would send it: what was given, what Blender
/// would find in the scene, the default, or else `""`, 0, `false` or the first choice. Paths become
/// absolute. errc::malformed_request tells all that is wrong at once: keys that the type does not
/// have, values of another type, outside the choices or the range, what is required and missing,
/// what Blender would compute and this program cannot, folders that no worker has, a value for
/// `blendfile`, and a scene that cannot be rendered by the type.
[[nodiscard]] result<CompletedSettings> complete_settings(const JobType& type,
                                                          const SettingsSource& source);

}  // namespace shaman::manager
