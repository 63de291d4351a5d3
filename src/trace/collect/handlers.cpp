// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

constexpr std::array kHandlers{
    // data-blocks
    HandlerEntry{"Image", collect_image},
    HandlerEntry{"MovieClip", collect_movie_clip},
    HandlerEntry{"bSound", collect_sound},
    HandlerEntry{"VFont", collect_font},
    HandlerEntry{"Text", collect_text},
    HandlerEntry{"CacheFile", collect_cache_file},
    HandlerEntry{"Volume", collect_volume},
    HandlerEntry{"Tex", collect_texture},
    HandlerEntry{"Mesh", collect_mesh},
    HandlerEntry{"Scene", collect_scene},
    HandlerEntry{"Camera", collect_camera},
    // structs that they own
    HandlerEntry{"Sequence", collect_strip},
    HandlerEntry{"MeshCacheModifierData", collect_mesh_cache},
    HandlerEntry{"OceanModifierData", collect_ocean},
    HandlerEntry{"FluidModifierData", collect_fluid},
    HandlerEntry{"FluidsimModifierData", collect_old_fluid},
    HandlerEntry{"NodesModifierData", collect_nodes_modifier},
    HandlerEntry{"ParticleSystem", collect_particles},
    HandlerEntry{"ClothModifierData", collect_cloth},
    HandlerEntry{"SmokeDomainSettings", collect_smoke},
    HandlerEntry{"SoftBody_Shared", collect_shared_soft_body},
    HandlerEntry{"SoftBody", collect_soft_body},
    HandlerEntry{"DynamicPaintSurface", collect_dynamic_paint},
    HandlerEntry{"bNodeTree", collect_node_strings},
    HandlerEntry{"bNodeTreeInterfaceSocket", collect_interface_string},
    HandlerEntry{"NodeShaderScript", collect_script_node},
    HandlerEntry{"NodeShaderTexIES", collect_ies_node},
};

}  // namespace

std::span<const HandlerEntry> handlers() {
  return kHandlers;
}

}  // namespace shaman::trace
