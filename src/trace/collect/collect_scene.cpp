// SPDX-License-Identifier: GPL-3.0-or-later
// Sequencer strips and cameras.
#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

// SEQ_TYPE_* of DNA_sequence_types.h.
enum : std::int64_t { kImageStrip = 0, kMovieStrip = 3, kSoundStrip = 4, kOldSoundStrip = 5 };

constexpr std::int64_t kUseViews = 1 << 29;  // SEQ_USE_VIEWS

void add_element(PathCollector& collector, const Reference& folder, std::string name) {
  if (name.empty()) return;
  Reference element = folder;
  element.stored_name = std::move(name);
  collector.add(std::move(element));
}

}  // namespace

void collect_scene(PathCollector& collector, const blend::Record& scene) {
  constexpr std::int64_t kMultiView = 1 << 21;  // R_MULTIVIEW
  constexpr std::int64_t kDisabled = 1 << 0;    // SCE_VIEW_DISABLE
  if ((scene.integer("r.scemode") & kMultiView) == 0) return;
  for (const blend::Record& view : collector.list(scene, "r.views")) {
    if ((view.integer("viewflag") & kDisabled) != 0) continue;
    collector.scan().view_suffixes.push_back(view.text("suffix"));
  }
}

// Struct `Sequence` in files; its `strip`, struct `Strip`, has the folder and the file names.
void collect_strip(PathCollector& collector, const blend::Record& sequence) {
  const std::int64_t type = sequence.integer("type", -1);
  if (type != kImageStrip && type != kMovieStrip && type != kSoundStrip && type != kOldSoundStrip)
    return;
  // Blender plays the sound data-block; the path here is a copy that becomes outdated.
  if (type == kSoundStrip && collector.leads_somewhere(sequence, "sound")) return;
  const std::optional<blend::Record> strip = collector.follow(sequence, "strip");
  if (!strip) return;
  const Kind kind = type == kImageStrip   ? Kind::image
                    : type == kMovieStrip ? Kind::movie
                                          : Kind::sound;
  std::optional<Reference> folder = collector.reference(kind, *strip, {"dir", "dirpath"});
  if (!folder) return;
  if ((sequence.integer("flag") & kUseViews) != 0 && sequence.integer("views_format") == 0)
    folder->rule = Rule::views;
  const std::uint32_t block =
      collector.file().blocks().find(strip->pointer("stripdata"), collector.owner().scope);
  if (block == blend::BlockIndex::kNone) {
    collector.add(std::move(*folder));  // here the folder field is the whole path
    return;
  }
  bool first = true;
  collector.file().for_each(
      block, collector.file().blocks()[block].struct_index, [&](const blend::Record& element) {
        const std::string name = element.text(element.has("name") ? "name" : "filename");
        if (first || type == kImageStrip) add_element(collector, *folder, name);
        first = false;
      });
}

void collect_camera(PathCollector& collector, const blend::Record& camera) {
  constexpr std::int64_t kCustom = 3;    // CAM_CUSTOM
  constexpr std::int64_t kExternal = 1;  // CAM_CUSTOM_SHADER_EXTERNAL
  if (camera.integer("type") != kCustom || camera.integer("custom_mode") != kExternal) return;
  std::optional<Reference> found = collector.reference(Kind::script, camera, {"custom_filepath"});
  if (!found) return;
  found->optional = !camera.text("custom_bytecode_hash").empty();
  collector.add(std::move(*found));
}

}  // namespace shaman::trace
