// SPDX-License-Identifier: GPL-3.0-or-later
// Shader nodes with their own files, and bakes of geometry nodes.
#include "trace/find/find.hpp"

namespace shaman::trace {
namespace {

constexpr std::int64_t kInternal = 0;  // NODE_SCRIPT_INTERNAL, NODE_IES_INTERNAL: a text data-block

// NODES_MODIFIER_BAKE_TARGET_*
enum : std::int64_t { kInherit = 0, kPacked = 1, kDisk = 2 };

bool is_baked_to_disk(Finder& finder, const blend::Record& modifier, const blend::Record& bake) {
  if (finder.leads_somewhere(bake, "packed")) return false;
  if (!bake.has("bake_target")) return true;  // before 4.3 there was no other place
  std::int64_t target = bake.integer("bake_target");
  if (target == kInherit) target = modifier.integer("bake_target");
  return target == kDisk;
}

void find_node_bakes(Finder& finder, const blend::Record& modifier) {
  std::optional<Reference> common =
      finder.reference(Kind::node_bake, modifier, {"simulation_bake_directory", "bake_directory"});
  if (common) {
    common->rule = Rule::node_bake;
    common->may_be_absent = true;
  }
  if (!modifier.has("bakes")) {  // 3.6: all in the folder itself
    if (!common) return;
    common->names = {""};
    finder.add(std::move(*common));
    return;
  }
  const std::uint32_t block =
      finder.file().blocks().find(modifier.pointer("bakes"), finder.owner().scope);
  if (block == blend::BlockIndex::kNone) return;
  const auto visit = [&](const blend::Record& bake) {
    constexpr std::int64_t kCustomPath = 1 << 1;  // NODES_MODIFIER_BAKE_CUSTOM_PATH
    if (!is_baked_to_disk(finder, modifier, bake)) return;
    if ((bake.integer("flag") & kCustomPath) == 0) {
      if (common) common->names.push_back(std::to_string(bake.integer("id")));
      return;
    }
    std::optional<Reference> own = finder.reference(Kind::node_bake, bake, {"directory"});
    if (!own) return;
    own->rule = Rule::node_bake;
    own->may_be_absent = true;
    own->names = {""};
    finder.add(std::move(*own));
  };
  finder.file().for_each(block, finder.file().blocks()[block].struct_index, visit);
  if (common && !common->names.empty()) finder.add(std::move(*common));
}

}  // namespace

void find_script_node(Finder& finder, const blend::Record& node) {
  if (node.integer("mode") == kInternal) return;
  std::optional<Reference> found = finder.reference(Kind::script, node, {"filepath"});
  if (!found) return;
  // Cycles uses the compiled code in the node, if there is any.
  found->optional = !node.text("bytecode_hash").empty();
  finder.add(std::move(*found));
}

void find_ies_node(Finder& finder, const blend::Record& node) {
  if (node.integer("mode") == kInternal) return;
  finder.add_file(Kind::ies, node, {"filepath"});
}

void find_nodes_modifier(Finder& finder, const blend::Record& modifier) {
  find_node_bakes(finder, modifier);
  find_modifier_strings(finder, modifier);
}

}  // namespace shaman::trace
