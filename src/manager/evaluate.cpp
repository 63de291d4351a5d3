// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <vector>

#include "shaman/os.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;

// Quotes are one in Python, and spaces none outside of them.
std::string normal(const std::string& expression) {
  std::string out;
  for (const char c : expression) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) out += c == '"' ? '\'' : c;
  }
  return out;
}

template <class T>
std::optional<json> if_known(const std::optional<T>& value) {
  return value ? std::optional<json>(*value) : std::nullopt;
}

// bpy.path.abspath: `//` is the .blend's folder.
std::string absolute_folder(const std::string& path, const std::string& blendfile) {
  if (!path.starts_with("//")) return path;
  return os::join(os::parent(blendfile), path.substr(2));
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

std::optional<json> output_path(const SettingsSource& source, const json& settings) {
  const auto root = settings.find("render_output_root");
  if (root == settings.end() || !root->is_string() || root->get<std::string>().empty())
    return std::nullopt;
  std::string path = absolute_folder(root->get<std::string>(), source.blendfile);
  const auto count = settings.find("add_path_components");
  const std::int64_t folders =
      count != settings.end() && count->is_number_integer() ? count->get<std::int64_t>() : 0;
  for (const std::string& part : {last_folders(source.blendfile, folders), source.job_name,
                                  std::string("{timestamp}"), std::string("######")}) {
    if (!part.empty()) path += (path.ends_with('/') ? "" : "/") + part;
  }
  return path;
}

std::optional<json> frame_range(const SceneFacts& scene) {
  if (!scene.frame_start || !scene.frame_end) return std::nullopt;
  return std::to_string(*scene.frame_start) + "-" + std::to_string(*scene.frame_end);
}

}  // namespace

std::optional<json> evaluate(const std::string& expression, const SettingsSource& source,
                             const json& settings) {
  const std::string asked = normal(expression);
  const SceneFacts& scene = source.scene;
  if (asked == "f'{C.scene.frame_start}-{C.scene.frame_end}'") return frame_range(scene);
  if (asked == "C.scene.frame_start") return if_known(scene.frame_start);
  if (asked == "C.scene.frame_end") return if_known(scene.frame_end);
  if (asked == "C.scene.render.fps/C.scene.render.fps_base") return if_known(scene.fps);
  if (asked == "C.scene.render.image_settings.file_format") return if_known(scene.format);
  if (asked == "C.scene.render.file_extension") return if_known(scene.extension);
  if (asked == "C.scene.render.image_settings.use_preview") return if_known(scene.has_previews);
  if (asked == "C.scene.name") return if_known(scene.name);
  if (asked == "bpy.data.filepath") return json(source.job_blendfile);
  if (asked == "jobname") return json(source.job_name);
  if (asked ==
      "str(Path(abspath(settings.render_output_root),last_n_dir_parts("
      "settings.add_path_components),jobname,'{timestamp}','######'))")
    return output_path(source, settings);
  return std::nullopt;
}

}  // namespace shaman::manager
