// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures, movies, sounds, fonts, texts. Files keep the oldest name of a field: `name` was renamed
// `filepath` in Blender's code at 2.90, but not in its files.
#include <set>

#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

// Tiles of the list that are not packed. Before 3.1 packed tiles have no number: all are packed.
std::vector<std::uint32_t> unpacked_tiles(PathCollector& collector, const blend::Record& image) {
  std::set<std::int64_t> left_out;
  for (const blend::Record& file : collector.list(image, "packedfiles")) {
    if (!file.has("tile_number")) return {};
    left_out.insert(file.integer("tile_number"));
  }
  std::vector<std::uint32_t> tiles;
  for (const blend::Record& tile : collector.list(image, "tiles")) {
    const std::int64_t number = tile.integer("tile_number");
    if (number < 1001 || number > 2000) continue;
    if (left_out.insert(number).second) tiles.push_back(static_cast<std::uint32_t>(number));
  }
  return tiles;
}

bool is_packed(PathCollector& collector, const blend::Record& image) {
  return collector.leads_somewhere(image, "packedfiles.first") ||
         collector.leads_somewhere(image, "packedfile");
}

// IMA_SRC_* of DNA_image_types.h.
enum : std::int64_t { kSingle = 1, kSequence = 2, kMovie = 3, kTiled = 6 };

}  // namespace

void collect_image(PathCollector& collector, const blend::Record& image) {
  std::optional<Reference> found = collector.reference(Kind::image, image, {"name", "filepath"});
  if (!found) return;
  switch (image.integer("source", kSingle)) {
    case kSingle:
      if (is_packed(collector, image)) return;
      // IMA_USE_VIEWS with one file a view; R_IMF_VIEWS_INDIVIDUAL.
      if ((image.integer("flag") & 1 << 14) != 0 && image.integer("views_format") == 0)
        found->rule = Rule::views;
      break;
    case kSequence:
      // Blender's loader ignores packed data of sequences and movies.
      found->kind = Kind::image_sequence;
      found->rule = Rule::sequence;
      break;
    case kMovie:
      found->kind = Kind::movie;
      break;
    case kTiled:
      found->kind = Kind::image_tiles;
      found->rule = collector.file().header().version < 301 ? Rule::old_tiles : Rule::tiles;
      found->tiles = unpacked_tiles(collector, image);
      if (found->tiles.empty()) return;
      break;
    default:  // generated, or a viewer's image
      return;
  }
  collector.add(std::move(*found));
}

void collect_movie_clip(PathCollector& collector, const blend::Record& clip) {
  std::optional<Reference> found = collector.reference(Kind::movie, clip, {"name", "filepath"});
  if (!found) return;
  constexpr std::int64_t kClipSequence = 1;  // MCLIP_SRC_SEQUENCE
  if (clip.integer("source", 2) == kClipSequence) {
    found->kind = Kind::image_sequence;
    found->rule = Rule::sequence;
  }
  collector.add(std::move(*found));
}

void collect_sound(PathCollector& collector, const blend::Record& sound) {
  if (collector.leads_somewhere(sound, "packedfile")) return;
  collector.add_file(Kind::sound, sound, {"name", "filepath"});
}

void collect_font(PathCollector& collector, const blend::Record& font) {
  if (collector.leads_somewhere(font, "packedfile")) return;
  std::optional<Reference> found = collector.reference(Kind::font, font, {"name", "filepath"});
  if (found && found->stored != "<builtin>") collector.add(std::move(*found));
}

void collect_text(PathCollector& collector, const blend::Record& text) {
  std::optional<Reference> found = collector.reference(Kind::text, text, {"name", "filepath"});
  if (!found) return;
  found->optional = true;  // the lines themselves are in the .blend
  collector.add(std::move(*found));
}

void collect_cache_file(PathCollector& collector, const blend::Record& cache) {
  if (std::optional<Reference> found = collector.reference(Kind::cache_file, cache, {"filepath"})) {
    if (cache.integer("is_sequence") != 0) found->rule = Rule::frames_at_end;
    collector.add(std::move(*found));
  }
  for (const blend::Record& layer : collector.list(cache, "layers")) {
    if ((layer.integer("flag") & 1) != 0) continue;  // CACHEFILE_LAYER_HIDDEN
    std::optional<Reference> found = collector.reference(Kind::cache_file, layer, {"filepath"});
    if (!found) continue;
    found->base = Base::opened;
    collector.add(std::move(*found));
  }
}

void collect_volume(PathCollector& collector, const blend::Record& volume) {
  // A packed volume is read from disk all the same.
  std::optional<Reference> found = collector.reference(Kind::volume, volume, {"filepath"});
  if (!found) return;
  if (volume.integer("is_sequence") != 0) found->rule = Rule::frames_at_end;
  collector.add(std::move(*found));
}

void collect_texture(PathCollector& collector, const blend::Record& texture) {
  constexpr std::int64_t kVoxelData = 15;      // TEX_VOXELDATA, until 2.79
  constexpr std::int64_t kLastFileFormat = 2;  // TEX_VD_RAW_16BIT; the others use no own file
  if (texture.integer("type") != kVoxelData) return;
  const std::optional<blend::Record> voxels = collector.follow(texture, "vd");
  if (!voxels || voxels->integer("file_format") > kLastFileFormat) return;
  collector.add_file(Kind::volume, *voxels, {"source_path"});
}

}  // namespace shaman::trace
