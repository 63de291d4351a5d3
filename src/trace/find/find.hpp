// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/find/finder.hpp"

/// One function per struct; handlers.cpp has the table. Numbers of flags and types are those of
/// Blender's DNA_*_types.h, where their names are.
namespace shaman::trace {

// find_media.cpp
void find_image(Finder& finder, const blend::Record& image);
void find_movie_clip(Finder& finder, const blend::Record& clip);
void find_sound(Finder& finder, const blend::Record& sound);
void find_font(Finder& finder, const blend::Record& font);
void find_text(Finder& finder, const blend::Record& text);
void find_cache_file(Finder& finder, const blend::Record& cache);
void find_volume(Finder& finder, const blend::Record& volume);
void find_texture(Finder& finder, const blend::Record& texture);

// find_object.cpp
void find_mesh(Finder& finder, const blend::Record& mesh);
void find_mesh_cache(Finder& finder, const blend::Record& modifier);
void find_ocean(Finder& finder, const blend::Record& modifier);
void find_fluid(Finder& finder, const blend::Record& modifier);
void find_old_fluid(Finder& finder, const blend::Record& modifier);

// find_point_cache.cpp
void find_particles(Finder& finder, const blend::Record& system);
void find_cloth(Finder& finder, const blend::Record& modifier);
void find_smoke(Finder& finder, const blend::Record& domain);
void find_shared_soft_body(Finder& finder, const blend::Record& shared);
void find_soft_body(Finder& finder, const blend::Record& soft_body);
void find_dynamic_paint(Finder& finder, const blend::Record& surface);

// find_scene.cpp
void find_scene(Finder& finder, const blend::Record& scene);
void find_strip(Finder& finder, const blend::Record& sequence);
void find_camera(Finder& finder, const blend::Record& camera);

// find_nodes.cpp
void find_script_node(Finder& finder, const blend::Record& node);
void find_ies_node(Finder& finder, const blend::Record& node);
void find_nodes_modifier(Finder& finder, const blend::Record& modifier);

// find_node_strings.cpp
void find_node_strings(Finder& finder, const blend::Record& tree);
void find_interface_string(Finder& finder, const blend::Record& socket);
void find_modifier_strings(Finder& finder, const blend::Record& modifier);

}  // namespace shaman::trace
