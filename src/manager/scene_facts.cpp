// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/manager/scene_facts.hpp"

#include <array>

#include "shaman/blend/blend_file.hpp"

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

void read_render(const Record& scene, SceneFacts& facts) {
  if (scene.has("r.sfra")) facts.frame_start = scene.integer("r.sfra");
  if (scene.has("r.efra")) facts.frame_end = scene.integer("r.efra");
  const double base = scene.real("r.frs_sec_base", 1);
  const std::int64_t rate = scene.integer("r.frs_sec");
  if (rate > 0 && base > 0) facts.fps = static_cast<double>(rate) / base;

  const std::int64_t number = scene.integer("r.im_format.imtype", -1);
  for (const Format& format : kFormats) {
    if (format.number != number) continue;
    facts.format = format.name;
    if (*format.extension != '\0') facts.extension = format.extension;
  }
  constexpr std::int64_t kPreview = 1 << 1;  // R_IMF_FLAG_PREVIEW_JPG
  if (scene.has("r.im_format.flag"))
    facts.has_previews = (scene.integer("r.im_format.flag") & kPreview) != 0;
}

std::optional<Record> current_scene(BlendFile& file) {
  const std::uint32_t global = file.blocks().first_of(blend::code_of("GLOB"));
  if (global != blend::BlockIndex::kNone) {
    const std::optional<Record> record = file.load(global);
    if (record) {
      std::optional<Record> scene =
          file.follow(record->pointer("curscene"), file.blocks().scope_of(global));
      if (scene && scene->has("r.sfra")) return scene;
    }
  }
  const std::uint32_t first = file.blocks().first_of(blend::code_of("SC"));
  return first == blend::BlockIndex::kNone ? std::nullopt : file.load(first);
}

}  // namespace

result<SceneFacts> read_scene_facts(const std::string& blendfile) {
  result<BlendFile> file = BlendFile::open(blendfile);
  if (!file) return file.error();
  SceneFacts facts;
  const std::optional<Record> scene = current_scene(*file);
  if (file->failure()) return *file->failure();
  if (!scene) return facts;
  const std::string name = scene->text("id.name");
  if (name.size() > 2) facts.name = name.substr(2);
  read_render(*scene, facts);
  return facts;
}

}  // namespace shaman::manager
