// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/collect/path_collector.hpp"

/// One function per struct; handlers.cpp has the table. Numbers of flags and types are those of
/// Blender's DNA_*_types.h, where their names are.
namespace shaman::trace {

// collect_media.cpp
void collect_image(PathCollector& collector, const blend::Record& image);
void collect_movie_clip(PathCollector& collector, const blend::Record& clip);
void collect_sound(PathCollector& collector, const blend::Record& sound);
void collect_font(PathCollector& collector, const blend::Record& font);
void collect_text(PathCollector& collector, const blend::Record& text);
void collect_cache_file(PathCollector& collector, const blend::Record& cache);
void collect_volume(PathCollector& collector, const blend::Record& volume);
void collect_texture(PathCollector& collector, const blend::Record& texture);

// collect_object.cpp
void collect_mesh(PathCollector& collector, const blend::Record& mesh);
void collect_mesh_cache(PathCollector& collector, const blend::Record& modifier);
void collect_ocean(PathCollector& collector, const blend::Record& modifier);
void collect_fluid(PathCollector& collector, const blend::Record& modifier);
void collect_old_fluid(PathCollector& collector, const blend::Record& modifier);

// collect_point_cache.cpp
void collect_particles(PathCollector& collector, const blend::Record& system);
void collect_cloth(PathCollector& collector, const blend::Record& modifier);
void collect_smoke(PathCollector& collector, const blend::Record& domain);
void collect_shared_soft_body(PathCollector& collector, const blend::Record& shared);
void collect_soft_body(PathCollector& collector, const blend::Record& soft_body);
void collect_dynamic_paint(PathCollector& collector, const blend::Record& surface);

// collect_scene.cpp
void collect_scene(PathCollector& collector, const blend::Record& scene);
void collect_strip(PathCollector& collector, const blend::Record& sequence);
void collect_camera(PathCollector& collector, const blend::Record& camera);

// collect_nodes.cpp
void collect_script_node(PathCollector& collector, const blend::Record& node);
void collect_ies_node(PathCollector& collector, const blend::Record& node);
void collect_nodes_modifier(PathCollector& collector, const blend::Record& modifier);

// collect_node_strings.cpp
void collect_node_strings(PathCollector& collector, const blend::Record& tree);
void collect_interface_string(PathCollector& collector, const blend::Record& socket);
void collect_modifier_strings(PathCollector& collector, const blend::Record& modifier);

}  // namespace shaman::trace
