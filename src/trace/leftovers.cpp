// SPDX-License-Identifier: GPL-3.0-or-later
#include "leftovers.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "trace/names/stored_path.hpp"

namespace shaman::trace {
namespace {

using blend::Record;
using Becomes = Leftover::Becomes;

struct Field {
  std::string_view holder;
  std::string_view field;
  Becomes becomes;
};

// With the names in files. `name`: fields that are an input if Blender needs them; then a reference
// has the same field, and decides.
constexpr std::array kFields{
    // where it was saved last, and the last opened files
    Field{"FileGlobal", "filename", Becomes::nothing},
    Field{"FileGlobal", "filepath", Becomes::nothing},
    Field{"Library", "filepath_abs", Becomes::nothing},
    Field{"Library", "runtime.filepath_abs", Becomes::nothing},
    Field{"Library_Runtime", "filepath_abs", Becomes::nothing},
    Field{"LibraryWeakReference", "library_filepath", Becomes::nothing},
    Field{"Editing", "act_imagedir", Becomes::nothing},
    Field{"Editing", "act_sounddir", Becomes::nothing},
    Field{"FileSelectParams", "dir", Becomes::nothing},
    Field{"FileAssetSelectParams", "base_params.dir", Becomes::nothing},
    Field{"SpaceScript", "scriptname", Becomes::nothing},
    // copies, and unneeded inputs
    Field{"ImagePackedFile", "filepath", Becomes::name},
    Field{"ImageView", "filepath", Becomes::name},
    Field{"ImageView", "name", Becomes::name},
    Field{"Image", "name", Becomes::name},
    Field{"bSound", "name", Becomes::name},
    Field{"VFont", "name", Becomes::name},
    Field{"MovieClip", "name", Becomes::name},
    Field{"MovieClip", "proxy.dir", Becomes::name},
    Field{"Text", "name", Becomes::name},
    Field{"Volume", "filepath", Becomes::name},
    Field{"CacheFile", "filepath", Becomes::name},
    Field{"CacheFileLayer", "filepath", Becomes::name},
    Field{"Camera", "custom_filepath", Becomes::name},
    Field{"Brush", "icon_filepath", Becomes::name},
    Field{"CustomDataExternal", "filename", Becomes::name},
    Field{"MeshCacheModifierData", "filepath", Becomes::name},
    Field{"NodeShaderScript", "filepath", Becomes::name},
    Field{"NodeShaderTexIES", "filepath", Becomes::name},
    Field{"PointCache", "path", Becomes::name},
    Field{"StripProxy", "dir", Becomes::name},
    Field{"Editing", "proxy_dir", Becomes::name},
    Field{"VoxelData", "source_path", Becomes::name},
    // outputs; baked caches are references, too
    Field{"Scene", "r.pic", Becomes::output},
    Field{"Scene", "r.bake.filepath", Becomes::output},
    Field{"NodeImageMultiFile", "base_path", Becomes::output},
    Field{"DynamicPaintSurface", "image_output_path", Becomes::output},
    Field{"OceanModifierData", "cachepath", Becomes::output},
    Field{"FluidDomainSettings", "cache_directory", Becomes::output},
    Field{"FluidsimSettings", "surfdataPath", Becomes::output},
    Field{"NodesModifierData", "simulation_bake_directory", Becomes::output},
    Field{"NodesModifierBake", "directory", Becomes::output},
};

struct Found {
  std::string stored;
  PathField field;
};

// Of a `char[n]` or a `char *`.
std::optional<Found> text_of(blend::BlendFile& file, const Record& record, std::string_view field,
                             blend::Scope scope) {
  const std::optional<blend::Place> place = record.place(field);
  if (!place) return std::nullopt;
  if (const std::uint64_t pointer = record.pointer(field); pointer != 0) {
    const auto text = file.text(pointer, scope);
    if (!text) return std::nullopt;
    return Found{text->bytes,
                 {text->place.offset, static_cast<std::uint32_t>(text->place.capacity)}};
  }
  return Found{record.text(field), {place->offset, static_cast<std::uint32_t>(place->capacity)}};
}

class Leftovers {
 public:
  Leftovers(blend::BlendFile& file, Scan& scan)
      : file_(file), scan_(scan), fields_(file.sdna().size()) {
    for (const Field& field : kFields) {
      if (const std::uint32_t at = file.sdna().find(field.holder); at != blend::Sdna::kNone)
        fields_[at].push_back(&field);
    }
    // The absolute path in old files, next to `name`; without a `name`, it is the library's.
    static constexpr Field kOldLibrary{"Library", "filepath", Becomes::nothing};
    const std::uint32_t library = file.sdna().find("Library");
    if (library != blend::Sdna::kNone && file.sdna()[library].find("name") != nullptr)
      fields_[library].push_back(&kOldLibrary);
    sequence_ = file.sdna().find("Sequence");
  }

  void run() {
    for (std::uint32_t block = 0; block < file_.blocks().size(); ++block) {
      const std::uint32_t type = file_.blocks()[block].struct_index;
      // Struct 0 means raw bytes.
      if (type == 0 || type >= fields_.size() || (fields_[type].empty() && type != sequence_))
        continue;
      const blend::Scope scope = file_.blocks().scope_of(block);
      file_.for_each(block, type, [&](const Record& record) {
        for (const Field* const field : fields_[type])
          look_at(record, *field, scope);
        if (type == sequence_) look_at_strip(record, scope);
      });
    }
  }

 private:
  void look_at(const Record& record, const Field& field, blend::Scope scope) {
    std::optional<Found> found = text_of(file_, record, field.field, scope);
    if (!found || !is_absolute_path(found->stored)) return;
    Leftover leftover;
    leftover.becomes = field.becomes;
    leftover.stored = std::move(found->stored);
    leftover.field = found->field;
    add(std::move(leftover));
  }

  // Blender plays the sound data-block; the strip's own path is a copy.
  void look_at_strip(const Record& sequence, blend::Scope scope) {
    constexpr std::int64_t kSound = 4;  // SEQ_TYPE_SOUND_RAM
    if (sequence.integer("type", -1) != kSound) return;
    const std::optional<Record> sound = file_.follow(sequence.pointer("sound"), scope);
    const std::optional<Record> strip = file_.follow(sequence.pointer("strip"), scope);
    if (!sound || !strip) return;
    const std::string_view dir = strip->has("dir") ? "dir" : "dirpath";
    std::optional<Found> folder = text_of(file_, *strip, dir, scope);
    if (!folder || folder->stored.empty()) return;
    Leftover leftover;
    leftover.becomes = Becomes::sound;
    leftover.stored = std::move(folder->stored);
    leftover.field = folder->field;
    if (const auto place = sound->place(sound->has("name") ? "name" : "filepath");
        place && sound->type().name == "bSound")
      leftover.sound_offset = place->offset;
    const std::optional<Record> element = file_.follow(strip->pointer("stripdata"), scope);
    if (element) {
      const std::string_view name = element->has("name") ? "name" : "filename";
      if (std::optional<Found> text = text_of(file_, *element, name, scope)) {
        leftover.stored_name = std::move(text->stored);
        leftover.name_field = text->field;
      }
    }
    add(std::move(leftover));
  }

  void add(Leftover leftover) {
    if (file_.spend(sizeof leftover + leftover.stored.size() + leftover.stored_name.size()))
      scan_.leftovers.push_back(std::move(leftover));
  }

  blend::BlendFile& file_;
  Scan& scan_;
  std::vector<std::vector<const Field*>> fields_;  // by struct
  std::uint32_t sequence_;
};

}  // namespace

void find_leftovers(blend::BlendFile& file, Scan& scan) {
  Leftovers(file, scan).run();
}

}  // namespace shaman::trace
