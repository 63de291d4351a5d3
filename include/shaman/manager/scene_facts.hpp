// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shaman/error.hpp"

namespace shaman::manager {

/// The facts of a scene that job types need. Facts that the .blend does not have are empty.
struct SceneFacts {
  std::optional<std::string> name;
  std::optional<std::int64_t> frame_start;
  std::optional<std::int64_t> frame_end;
  std::optional<std::int64_t> frame_current;
  std::optional<std::int64_t> frame_step;
  std::optional<std::int64_t> frame_rate;  ///< frames per second, times the base
  std::optional<double> frame_rate_base;
  std::optional<std::int64_t> resolution_x;  ///< pixels, before the percentage
  std::optional<std::int64_t> resolution_y;
  std::optional<std::int64_t> resolution_percentage;
  std::optional<std::string> engine;     ///< `CYCLES`
  std::optional<std::string> format;     ///< as Blender's Python calls it: `PNG`
  std::optional<std::string> extension;  ///< `.png`; empty for videos
  std::optional<bool> has_previews;
  std::optional<std::string> camera;  ///< its name
  /// The scene renders something other than the camera's view: strips of the sequencer, or the
  /// compositor's nodes.
  bool has_other_source = false;

  /// Whether the frames become one video instead of one picture each.
  [[nodiscard]] bool renders_video() const;
};

/// The file name extension of a format, both as in SceneFacts; nothing for an unknown format.
[[nodiscard]] std::optional<std::string> extension_of(const std::string& format);

/// The facts of the scene with that name, or of the current scene of the .blend if the name is
/// empty. The errors of blend::BlendFile::open(); errc::invalid_argument: there is no such scene,
/// and the error names the existing ones.
[[nodiscard]] result<SceneFacts> read_scene_facts(const std::string& blendfile,
                                                  const std::string& scene = {});

}  // namespace shaman::manager
