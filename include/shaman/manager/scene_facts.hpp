// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shaman/error.hpp"

namespace shaman::manager {

/// What job types ask of the scene that would be rendered. What could not be read is empty.
struct SceneFacts {
  std::optional<std::string> name;
  std::optional<std::int64_t> frame_start;
  std::optional<std::int64_t> frame_end;
  std::optional<double> fps;             ///< fps / fps_base
  std::optional<std::string> format;     ///< as Blender's Python calls it: `PNG`
  std::optional<std::string> extension;  ///< `.png`; none for films
  std::optional<bool> has_previews;
};

/// Of the scene that is current in the .blend. Errors as of blend::BlendFile::open().
[[nodiscard]] result<SceneFacts> read_scene_facts(const std::string& blendfile);

}  // namespace shaman::manager
