// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shaman::trace {

/// The role of a file in the .blend, given by the data-block that names it.
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

/// The place of a path in a .blend, for rewriting it.
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
      data_block;  ///< that holds the reference, for people: `Image "wall.png"`; not escaped
  /// What an artist clicks to find it: from the holder of the path (a strip, a modifier, a node, or
  /// the data-block) through its users up to an object or a scene: `Image "wood"`, `Material
  /// "Table"`, `Object "Desk"`. As in the file, not escaped.
  std::vector<std::string> chain;
  std::string stored;  ///< the field's bytes, up to the NUL: `//tex\wall.<UDIM>.png`
  /// The file name next to a folder field (sequencer strips: `stored` is the folder); else empty.
  std::string stored_name;
  PathField field;  ///< the place of `stored`
  /// Absolute path of the .blend whose folder `//` in the field means, if that is not `blend`: the
  /// library that a data-block was packed from (Blender 5), the opened .blend for Alembic layers,
  /// the library whose node tree reads a modifier's input; else empty. The path of a library that
  /// data-blocks were packed from is itself an (optional) dependency, because it says where their
  /// `//` starts.
  std::string base_blend;

  /// Absolute path of the file that names this one, if that is not `blend`: a USD layer, an OSL
  /// script. Such a path is never rewritten: both files must keep their places relative to each
  /// other. Else empty.
  std::string named_by;

  /// Absolute path that `stored` (and `stored_name`) mean here; a pattern remains a pattern
  /// (`/p/tex/wall.<UDIM>.png`), a folder field gives the folder.
  std::string resolved;
  bool resolved_is_folder = false;

  /// Every existing file of the reference, absolute, sorted. For a pattern or a folder all are
  /// below the folder of `resolved` (or below `resolved` itself), so that they can be moved
  /// together.
  std::vector<std::string> files;
  bool missing = false;   ///< needed, but nothing is there (some tiles of a set: see missing_files)
  bool optional = false;  ///< the render does not need it; never counted as missing
  /// Absolute paths, or the pattern, that do not exist; as stored in the .blend if this system has
  /// no such paths (`C:\tex\wall.png` on Linux).
  std::vector<std::string> missing_files;
};

/// A path in a .blend that no render reads: left over from where it was saved last, a copy of the
/// path of packed data, or the place of an output. All but the outputs are absolute and reveal the
/// machine that wrote them.
struct Leftover {
  /// What the path may become without changing what Blender shows.
  enum class Becomes : std::uint8_t {
    nothing,  ///< empty
    name,     ///< `//name`
    output,   ///< its place in the project; outputs elsewhere do not change
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
