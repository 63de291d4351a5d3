// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "trace/find/find.hpp"

namespace shaman::trace {
namespace {

constexpr std::array kHandlers{
    // data-blocks
    HandlerEntry{"Image", find_image},
    HandlerEntry{"MovieClip", find_movie_clip},
    HandlerEntry{"bSound", find_sound},
    HandlerEntry{"VFont", find_font},
    HandlerEntry{"Text", find_text},
    HandlerEntry{"CacheFile", find_cache_file},
    HandlerEntry{"Volume", find_volume},
    HandlerEntry{"Tex", find_texture},
    HandlerEntry{"Mesh", find_mesh},
    HandlerEntry{"Scene", find_scene},
    HandlerEntry{"Camera", find_camera},
    // structs that they own
    HandlerEntry{"Sequence", find_strip},
    HandlerEntry{"MeshCacheModifierData", find_mesh_cache},
    HandlerEntry{"OceanModifierData", find_ocean},
    HandlerEntry{"FluidModifierData", find_fluid},
    HandlerEntry{"FluidsimModifierData", find_old_fluid},
    HandlerEntry{"NodesModifierData", find_nodes_modifier},
    HandlerEntry{"ParticleSystem", find_particles},
    HandlerEntry{"ClothModifierData", find_cloth},
    HandlerEntry{"SmokeDomainSettings", find_smoke},
    HandlerEntry{"SoftBody_Shared", find_shared_soft_body},
    HandlerEntry{"SoftBody", find_soft_body},
    HandlerEntry{"DynamicPaintSurface", find_dynamic_paint},
    HandlerEntry{"bNodeTree", find_node_strings},
    HandlerEntry{"bNodeTreeInterfaceSocket", find_interface_string},
    HandlerEntry{"NodeShaderScript", find_script_node},
    HandlerEntry{"NodeShaderTexIES", find_ies_node},
};

}  // namespace

std::span<const HandlerEntry> handlers() {
  return kHandlers;
}

}  // namespace shaman::trace
