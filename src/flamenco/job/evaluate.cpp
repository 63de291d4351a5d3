// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/job/evaluate.hpp"

#include <span>
#include <string_view>

#include "shaman/os.hpp"

#include "flamenco/job/expression.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;

template <class T>
std::optional<json> if_known(const std::optional<T>& value) {
  return value ? std::optional<json>(*value) : std::nullopt;
}

// bpy.path.abspath: `//` is the folder of the .blend.
std::string absolute_path(const std::string& path, const std::string& blendfile) {
  if (path.starts_with("//")) return os::absolute(os::join(os::parent(blendfile), path.substr(2)));
  return path.empty() ? path : os::absolute(path);
}

std::string last_folders(const std::string& blendfile, std::int64_t count) {
  std::string_view folder = os::parent(blendfile);
  std::string out;
  for (; count > 0 && !folder.empty() && folder != "/"; --count) {
    const std::string name(os::file_name(folder));
    if (name.empty() || name.ends_with(':')) break;
    out = out.empty() ? name : name + "/" + out;
    folder = os::parent(folder);
  }
  return out;
}

// pathlib.Path(a, b, …): an absolute part replaces all before it, and empty parts are ignored.
std::optional<json> joined_path(std::span<const json> parts) {
  std::string path;
  for (const json& part : parts) {
    if (!part.is_string()) return std::nullopt;
    const auto& next = part.get_ref<const std::string&>();
    if (next.empty()) continue;
    if (path.empty() || os::is_absolute(next)) {
      path = next;
    } else {
      path += (path.ends_with('/') ? "" : "/") + next;
    }
  }
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

std::optional<json> of_scene(std::string_view name, const SceneFacts& scene) {
  if (name == "name") return if_known(scene.name);
  if (name == "frame_start") return if_known(scene.frame_start);
  if (name == "frame_end") return if_known(scene.frame_end);
  if (name == "frame_current") return if_known(scene.frame_current);
  if (name == "frame_step") return if_known(scene.frame_step);
  if (name == "camera.name") return if_known(scene.camera);
  if (!name.starts_with("render.")) return std::nullopt;
  name.remove_prefix(7);
  if (name == "fps") return if_known(scene.frame_rate);
  if (name == "fps_base") return if_known(scene.frame_rate_base);
  if (name == "resolution_x") return if_known(scene.resolution_x);
  if (name == "resolution_y") return if_known(scene.resolution_y);
  if (name == "resolution_percentage") return if_known(scene.resolution_percentage);
  if (name == "engine") return if_known(scene.engine);
  if (name == "image_settings.file_format") return if_known(scene.format);
  if (name == "image_settings.use_preview") return if_known(scene.has_previews);
  if (name == "file_extension") return if_known(scene.extension);
  return std::nullopt;
}

}  // namespace

std::optional<json> evaluate(const std::string& expression, const SettingsSource& source,
                             const json& settings) {
  Names names;
  names.value = [&](std::string_view name) -> std::optional<json> {
    for (const std::string_view scene : {"C.scene.", "bpy.context.scene."}) {
      if (name.starts_with(scene)) return of_scene(name.substr(scene.size()), source.scene);
    }
    if (name == "bpy.data.filepath") return json(source.job_blendfile);
    if (name == "jobname") return json(source.job_name);
    if (!name.starts_with("settings.")) return std::nullopt;
    const auto found = settings.find(std::string(name.substr(9)));
    return found == settings.end() ? std::nullopt : std::optional<json>(*found);
  };
  names.call = [&](std::string_view name, std::span<const json> arguments) -> std::optional<json> {
    if (name == "Path") return joined_path(arguments);
    if (arguments.size() != 1) return std::nullopt;
    const json& only = arguments.front();
    if ((name == "abspath" || name == "bpy.path.abspath") && only.is_string())
      return absolute_path(only.get<std::string>(), source.blendfile);
    if (name == "last_n_dir_parts" && only.is_number_integer())
      return last_folders(source.blendfile, only.get<std::int64_t>());
    return std::nullopt;
  };
  return evaluate_python(expression, names);
}

}  // namespace shaman::manager
