// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shaman::trace {

/// What a file is to the .blend, by the data-block that names it.
enum class Kind : std::uint8_t {
  library,
  image,
  image_sequence,
  image_tiles,  ///< UDIM
  movie,
  sound,
  font,
  volume,
  cache_file,  ///< Alembic, USD
  mesh_cache,
  point_cache,
  fluid_cache,
  ocean_cache,
  node_bake,
  node_file,  ///< what an import node of a geometry tree reads
  script,     ///< OSL
  ies,
  text,
  external_data,  ///< multires .btx
  usd_asset,      ///< what a USD layer names: layers, textures, volumes
};

/// `library`, `image sequence`, …
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;

/// Where a path stands in a .blend, so that it can be rewritten.
struct PathField {
  std::uint64_t offset = 0;    ///< of the field's first byte in the file's *uncompressed* bytes
  std::uint32_t capacity = 0;  ///< bytes, the terminating NUL included; 0: no field says it, the
                               ///< place follows from the .blend's own place (point caches)
  friend bool operator==(const PathField&, const PathField&) = default;
};

/// One reference from a .blend to files, resolved on this machine.
struct Dependency {
  Kind kind = Kind::image;
  std::string blend;  ///< absolute path of the .blend that holds the reference
  std::string
      data_block;  ///< who asks, for people: `Image "wall.png"`; as in the file, not escaped
  /// What an artist can click to find it: from what holds the path (a strip, a modifier, a node, or
  /// the data-block) by its users up to an object or a scene: `Image "wood"`, `Material "Table"`,
  /// `Object "Desk"`. As in the file, not escaped.
  std::vector<std::string> chain;
  std::string stored;  ///< the field's bytes, up to the NUL: `//tex\wall.<UDIM>.png`
  /// The name beside a folder field (sequencer strips: `stored` is the folder, this the file); else
  /// empty.
  std::string stored_name;
  PathField field;  ///< where `stored` stands
  /// Absolute path of the .blend from whose folder `//` in the field starts, where that is not
  /// `blend`: the library that a data-block was packed from (Blender 5), the opened .blend for
  /// Alembic layers, the library whose node tree reads a modifier's input; else empty. The path of
  /// a library that data-blocks were packed from is itself an (optional) dependency, as it says
  /// where their `//` starts.
  std::string base_blend;

  /// Absolute path of the file that names this one, where that is not `blend`: a USD layer, an OSL
  /// script. Such a path is never rewritten: both files must keep their places relative to each
  /// other. Else empty.
  std::string named_by;

  /// Absolute path that `stored` (and `stored_name`) mean here; a pattern stays one
  /// (`/p/tex/wall.<UDIM>.png`), a folder field gives the folder.
  std::string resolved;
  bool resolved_is_folder = false;

  /// Every existing file that it stands for, absolute, sorted. For a pattern or a folder all lie
  /// below the folder of `resolved` (or below `resolved` itself), so that they can be moved
  /// together.
  std::vector<std::string> files;
  bool missing =
      false;  ///< nothing there although it is needed (some tiles of a set: see missing_files)
  bool optional = false;  ///< the render does not need it; never counted as missing
  /// Absolute paths, or the pattern, that are not there; as the .blend says them where this system
  /// has no such paths (`C:\tex\wall.png` on Linux).
  std::vector<std::string> missing_files;
};

/// A path in a .blend that no render reads: left over from where it was saved last, a copy beside
/// data that are packed into it, or the place of an output. All but the outputs are absolute and
/// tell of the machine that wrote them.
struct Leftover {
  /// What it may become without changing what Blender shows.
  enum class Becomes : std::uint8_t {
    nothing,  ///< empty
    name,     ///< `//name`
    output,   ///< where it lies in the project; what lies elsewhere stays
    sound,    ///< the path of the sound data-block that the strip plays
  };
  Becomes becomes = Becomes::nothing;
  std::string blend;  ///< absolute path of the .blend that holds it
  std::string stored;
  PathField field;
  // Of sound strips, whose folder is `stored`:
  std::string stored_name;
  PathField name_field;
  std::uint64_t sound_offset = 0;  ///< PathField::offset of the sound's path; 0: it has none
  friend bool operator==(const Leftover&, const Leftover&) = default;
};

}  // namespace shaman::trace
