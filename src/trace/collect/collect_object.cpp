// SPDX-License-Identifier: GPL-3.0-or-later
// Files that modifiers and meshes read, apart from pictures.
#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

// eModifierMode_Render: a modifier that is switched off for renders needs nothing.
bool is_rendered(const blend::Record& modifier) {
  return (modifier.integer("modifier.mode", 2) & 2) != 0;
}

bool has_external_layer(PathCollector& collector, const blend::Record& custom_data) {
  const std::uint32_t block =
      collector.file().blocks().find(custom_data.pointer("layers"), collector.owner().scope);
  if (block == blend::BlockIndex::kNone) return false;
  bool found = false;
  collector.file().for_each(
      block, collector.file().blocks()[block].struct_index,
      [&](const blend::Record& layer) { found = found || (layer.integer("flag") & 1 << 3) != 0; });
  return found;  // CD_FLAG_EXTERNAL
}

}  // namespace

void collect_mesh(PathCollector& collector, const blend::Record& mesh) {
  for (const std::string_view field : {"vdata", "edata", "fdata", "pdata", "ldata", "vert_data",
                                       "edge_data", "fdata_legacy", "face_data", "corner_data"}) {
    const std::optional<blend::Record> custom_data = mesh.embedded(field);
    if (!custom_data) continue;
    const std::optional<blend::Record> external = collector.follow(*custom_data, "external");
    if (!external || !has_external_layer(collector, *custom_data)) continue;
    collector.add_file(Kind::external_data, *external, {"filename", "filepath"});
  }
}

void collect_mesh_cache(PathCollector& collector, const blend::Record& modifier) {
  std::optional<Reference> found = collector.reference(Kind::mesh_cache, modifier, {"filepath"});
  if (!found) return;
  found->optional = !is_rendered(modifier);
  collector.add(std::move(*found));
}

void collect_ocean(PathCollector& collector, const blend::Record& modifier) {
  // Not baked: a bake would write to the folder.
  if (modifier.integer("cached") == 0) return;
  std::optional<Reference> found = collector.reference(Kind::ocean_cache, modifier, {"cachepath"});
  if (!found) return;
  found->rule = Rule::ocean_cache;
  collector.add(std::move(*found));
}

void collect_fluid(PathCollector& collector, const blend::Record& modifier) {
  if ((modifier.integer("type") & 1) == 0) return;  // MOD_FLUID_TYPE_DOMAIN
  const std::optional<blend::Record> domain = collector.follow(modifier, "domain");
  if (!domain) return;
  std::optional<Reference> found =
      collector.reference(Kind::fluid_cache, *domain, {"cache_directory"});
  if (!found) return;
  // FLUID_DOMAIN_BAKED_DATA, _NOISE, _MESH, _PARTICLES, _GUIDING
  constexpr std::int64_t kBaked = 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 9;
  found->rule = Rule::fluid_cache;
  found->may_be_absent = (domain->integer("cache_flag") & kBaked) == 0;
  collector.add(std::move(*found));
}

void collect_old_fluid(PathCollector& collector, const blend::Record& modifier) {
  if (collector.file().header().version >= 282) return;  // Blender ignores the field
  const std::optional<blend::Record> settings = collector.follow(modifier, "fss");
  if (!settings) return;
  constexpr std::int64_t kDomain = 1 << 1;     // OB_FLUIDSIM_DOMAIN
  constexpr std::int64_t kParticles = 1 << 6;  // OB_FLUIDSIM_PARTICLE
  if ((settings->integer("type") & (kDomain | kParticles)) == 0) return;
  std::optional<Reference> found =
      collector.reference(Kind::fluid_cache, *settings, {"surfdataPath"});
  if (!found) return;
  found->rule = Rule::fluidsim_cache;
  found->may_be_absent = true;
  collector.add(std::move(*found));
}

}  // namespace shaman::trace
