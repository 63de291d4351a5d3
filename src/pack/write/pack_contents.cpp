// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/write/pack_contents.hpp"

#include <algorithm>
#include <array>

#include "pack/plan/pack_paths.hpp"
#include "pack/plan/suspicion.hpp"
#include "pack/rewrite/blend_compressor.hpp"
#include "trace/names/name_key.hpp"

namespace shaman::pack {

InfoFile info_file(const Plan& plan) {
  std::string name = "pack-info.txt";
  const auto is_taken = [&](const PlannedFile& file) {
    return trace::name_key(file.place) == trace::name_key(name);
  };
  while (std::any_of(plan.files.begin(), plan.files.end(), is_taken))
    name.insert(0, "shaman-");
  return {name,
          "This is a Blender project, packed by Shaman.\n"
          "Start by opening the following .blend file:\n"
          "    " +
              plan.blendfile_place + "\n"};
}

bool is_blend_name(std::string_view place) {
  return fits_kind(trace::Kind::library, place);
}

bool is_compressed_name(std::string_view place) {
  static constexpr std::array<std::string_view, 46> kCompressed{
      ".png", ".jpg",  ".jpeg", ".jp2",  ".j2c",  ".exr",  ".webp", ".gif",  ".heic", ".avif",
      ".dds", ".tx",   ".mp4",  ".m4v",  ".mov",  ".mkv",  ".avi",  ".webm", ".ogv",  ".ogg",
      ".mpg", ".mpeg", ".mts",  ".m2ts", ".wmv",  ".flv",  ".mxf",  ".r3d",  ".mp3",  ".mp2",
      ".aac", ".ac3",  ".flac", ".m4a",  ".opus", ".wma",  ".oga",  ".vdb",  ".usdz", ".gz",
      ".zip", ".zst",  ".7z",   ".xz",   ".woff", ".woff2"};
  const std::string extension = trace::name_key(extension_of(place));
  return std::find(kCompressed.begin(), kCompressed.end(), extension) != kCompressed.end();
}

bool may_go_without(const Plan& plan, const std::string& source, const Error& error) {
  const bool is_unreadable = error.code == errc::io_error || error.code == errc::not_found ||
                             error.code == errc::invalid_argument;
  return is_unreadable && std::ranges::none_of(plan.files, [&](const PlannedFile& file) {
           return file.source == source && file.place == plan.blendfile_place;
         });
}

result<void> stream_file(const PlannedFile& file, bool compress, const Sink& sink) {
  if (!compress || !is_blend_name(file.place))
    return rewrite_blend(file.source, file.patches, sink);
  BlendCompressor compressor(sink);
  const Sink through = [&](std::span<const std::byte> piece) { return compressor.write(piece); };
  if (auto done = rewrite_blend(file.source, file.patches, through); !done) return done;
  return compressor.finish();
}

}  // namespace shaman::pack
