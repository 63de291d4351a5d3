// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/scene_facts.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "shaman/blend/blend_file.hpp"
#include "shaman/text.hpp"

namespace shaman::manager {
namespace {

using blend::BlendFile;
using blend::Record;

struct Format {
  std::int64_t number;  // R_IMF_IMTYPE_* of DNA_scene_types.h
  const char* name;
  const char* extension;
};

constexpr std::array<Format, 17> kFormats{{{0, "TARGA", ".tga"},
                                           {1, "IRIS", ".rgb"},
                                           {4, "JPEG", ".jpg"},
                                           {14, "TARGA_RAW", ".tga"},
                                           {15, "AVI_RAW", ""},
                                           {16, "AVI_JPEG", ""},
                                           {17, "PNG", ".png"},
                                           {20, "BMP", ".bmp"},
                                           {21, "HDR", ".hdr"},
                                           {22, "TIFF", ".tif"},
                                           {23, "OPEN_EXR", ".exr"},
                                           {24, "FFMPEG", ""},
                                           {26, "CINEON", ".cin"},
                                           {27, "DPX", ".dpx"},
                                           {28, "OPEN_EXR_MULTILAYER", ".exr"},
                                           {30, "JPEG2000", ".jp2"},
                                           {35, "WEBP", ".webp"}}};

// DNA_scene_types.h, Scene and RenderData. The fields have kept their names since Blender 2.5.
void read_render(const Record& scene, SceneFacts& facts) {
  const auto number = [&](const char* field) -> std::optional<std::int64_t> {
    return scene.has(field) ? std::optional(scene.integer(field)) : std::nullopt;
  };
  facts.frame_start = number("r.sfra");
  facts.frame_end = number("r.efra");
  facts.frame_current = number("r.cfra");
  facts.frame_step = number("r.frame_step");
  facts.resolution_x = number("r.xsch");
  facts.resolution_y = number("r.ysch");
  facts.resolution_percentage = number("r.size");
  const double base = scene.real("r.frs_sec_base", 1);
  const std::int64_t rate = scene.integer("r.frs_sec");
  if (rate > 0 && base > 0) {
    facts.frame_rate = rate;
    facts.frame_rate_base = base;
  }
  if (const std::string engine = scene.text("r.engine"); !engine.empty()) facts.engine = engine;

  const std::int64_t format_number = scene.integer("r.im_format.imtype", -1);
  for (const Format& format : kFormats) {
    if (format.number != format_number) continue;
    facts.format = format.name;
    facts.extension = format.extension;
  }
  constexpr std::int64_t kPreview = 1 << 1;  // R_IMF_FLAG_PREVIEW_JPG
  if (scene.has("r.im_format.flag"))
    facts.has_previews = (scene.integer("r.im_format.flag") & kPreview) != 0;
}

void read_sources(BlendFile& file, const Record& scene, blend::Scope scope, SceneFacts& facts) {
  if (const std::optional<Record> camera = file.follow(scene.pointer("camera"), scope))
    facts.camera = camera->has("id.name") && camera->text("id.name").size() > 2
                       ? camera->text("id.name").substr(2)
                       : std::string("camera");
  // A camera that is linked from a library has an address in this .blend, but no data.
  if (!facts.camera && scene.pointer("camera") != 0) facts.camera = "camera";
  const bool composes =
      scene.integer("use_nodes") != 0 || scene.pointer("compositing_node_group") != 0;
  facts.has_other_source = scene.pointer("ed") != 0 || composes;
}

struct FoundScene {
  Record record;
  std::uint32_t block = 0;
};

std::string name_of(const Record& scene) {
  const std::string name = scene.text("id.name");
  return name.size() > 2 ? name.substr(2) : std::string();
}

std::optional<FoundScene> current_scene(BlendFile& file) {
  const std::uint32_t global = file.blocks().first_of(blend::code_of("GLOB"));
  if (global != blend::BlockIndex::kNone) {
    const std::optional<Record> record = file.load(global);
    if (record) {
      std::optional<Record> scene =
          file.follow(record->pointer("curscene"), file.blocks().scope_of(global));
      if (scene && scene->has("r.sfra")) return FoundScene{*std::move(scene), global};
    }
  }
  const std::uint32_t first = file.blocks().first_of(blend::code_of("SC"));
  if (first == blend::BlockIndex::kNone) return std::nullopt;
  std::optional<Record> scene = file.load(first);
  if (!scene) return std::nullopt;
  return FoundScene{*std::move(scene), first};
}

// The scene of the .blend itself with this name. If there is none, `names` gets the names of all
// scenes.
std::optional<FoundScene> scene_called(BlendFile& file, const std::string& name,
                                       std::vector<std::string>& names) {
  const blend::BlockIndex& blocks = file.blocks();
  for (std::uint32_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].code != blend::code_of("SC")) continue;
    std::optional<Record> scene = file.load(i);
    if (!scene) continue;
    if (name_of(*scene) == name) return FoundScene{*std::move(scene), i};
    names.push_back(name_of(*scene));
  }
  return std::nullopt;
}

Error no_such_scene(const std::string& blendfile, const std::string& name,
                    std::vector<std::string> names) {
  std::ranges::sort(names);
  std::string all;
  for (const std::string& each : names)
    all += (all.empty() ? "" : ", ") + text::printable(each);
  return {errc::invalid_argument, text::in_quotes(blendfile) + " has no scene " +
                                      text::in_quotes(name) +
                                      "; available: " + (all.empty() ? "none" : all)};
}

}  // namespace

std::optional<std::string> extension_of(const std::string& format) {
  const auto found = std::ranges::find(kFormats, format, &Format::name);
  return found == kFormats.end() ? std::nullopt : std::optional<std::string>(found->extension);
}

bool SceneFacts::renders_video() const {
  return format && (*format == "FFMPEG" || format->starts_with("AVI_"));
}

result<SceneFacts> read_scene_facts(const std::string& blendfile, const std::string& name) {
  result<BlendFile> file = BlendFile::open(blendfile);
  if (!file) return file.error();
  std::vector<std::string> names;
  const std::optional<FoundScene> scene =
      name.empty() ? current_scene(*file) : scene_called(*file, name, names);
  if (file->failure()) return *file->failure();
  if (!scene && !name.empty()) return no_such_scene(blendfile, name, std::move(names));
  SceneFacts facts;
  if (!scene) return facts;
  if (const std::string found = name_of(scene->record); !found.empty()) facts.name = found;
  read_render(scene->record, facts);
  read_sources(*file, scene->record, file->blocks().scope_of(scene->block), facts);
  return facts;
}

}  // namespace shaman::manager
