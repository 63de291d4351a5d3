// SPDX-License-Identifier: GPL-3.0-or-later
// Shader nodes with their own files, and bakes of geometry nodes.
#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

constexpr std::int64_t kInternal = 0;  // NODE_SCRIPT_INTERNAL, NODE_IES_INTERNAL: a text data-block

// NODES_MODIFIER_BAKE_TARGET_*
enum : std::int64_t { kInherit = 0, kPacked = 1, kDisk = 2 };

bool is_baked_to_disk(PathCollector& collector, const blend::Record& modifier,
                      const blend::Record& bake) {
  if (collector.leads_somewhere(bake, "packed")) return false;
  if (!bake.has("bake_target")) return true;  // before 4.3 there was no other place
  std::int64_t target = bake.integer("bake_target");
  if (target == kInherit) target = modifier.integer("bake_target");
  return target == kDisk;
}

void find_node_bakes(PathCollector& collector, const blend::Record& modifier) {
  std::optional<Reference> common = collector.reference(
      Kind::node_bake, modifier, {"simulation_bake_directory", "bake_directory"});
  if (common) {
    common->rule = Rule::node_bake;
    common->may_be_absent = true;
  }
  if (!modifier.has("bakes")) {  // 3.6: all in the folder itself
    if (!common) return;
    common->names = {""};
    collector.add(std::move(*common));
    return;
  }
  const std::uint32_t block =
      collector.file().blocks().find(modifier.pointer("bakes"), collector.owner().scope);
  if (block == blend::BlockIndex::kNone) return;
  const auto visit = [&](const blend::Record& bake) {
    constexpr std::int64_t kCustomPath = 1 << 1;  // NODES_MODIFIER_BAKE_CUSTOM_PATH
    if (!is_baked_to_disk(collector, modifier, bake)) return;
    if ((bake.integer("flag") & kCustomPath) == 0) {
      if (common) common->names.push_back(std::to_string(bake.integer("id")));
      return;
    }
    std::optional<Reference> own = collector.reference(Kind::node_bake, bake, {"directory"});
    if (!own) return;
    own->rule = Rule::node_bake;
    own->may_be_absent = true;
    own->names = {""};
    collector.add(std::move(*own));
  };
  collector.file().for_each(block, collector.file().blocks()[block].struct_index, visit);
  if (common && !common->names.empty()) collector.add(std::move(*common));
}

}  // namespace

void collect_script_node(PathCollector& collector, const blend::Record& node) {
  if (node.integer("mode") == kInternal) return;
  std::optional<Reference> found = collector.reference(Kind::script, node, {"filepath"});
  if (!found) return;
  // Cycles uses the compiled code in the node, if there is any.
  found->optional = !node.text("bytecode_hash").empty();
  collector.add(std::move(*found));
}

void collect_ies_node(PathCollector& collector, const blend::Record& node) {
  if (node.integer("mode") == kInternal) return;
  collector.add_file(Kind::ies, node, {"filepath"});
}

void collect_nodes_modifier(PathCollector& collector, const blend::Record& modifier) {
  find_node_bakes(collector, modifier);
  collect_modifier_strings(collector, modifier);
}

}  // namespace shaman::trace
