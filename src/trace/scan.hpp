// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/trace/dependency.hpp"

namespace shaman::trace {

/// Changes whenever a scan of the same file could give another result, so that results of an older
/// program in a ScanCache are not used.
inline constexpr std::string_view kTracerVersion = "4";

/// How to find the files of a reference (docs/tracing.md has each rule).
enum class Rule : std::uint8_t {
  file,
  views,          ///< one file, or one for each view of a multi-view scene
  sequence,       ///< the last digits in the name count frames
  frames_at_end,  ///< digits directly before the extension count frames
  tiles,          ///< `<UDIM>`, `<UVTILE>`
  old_tiles,      ///< before 3.1: the name is that of one tile
  point_cache,
  ocean_cache,
  fluid_cache,
  fluidsim_cache,  ///< fluid simulation before 2.82
  node_bake,
};

/// The folder that `//` means.
enum class Base : std::uint8_t {
  own,      ///< that of the .blend with the field
  opened,   ///< that of the opened .blend, also in its libraries
  library,  ///< that of Reference::library
};

/// The content of a .blend about one path, independent of other files.
struct Reference {
  Kind kind = Kind::image;
  Rule rule = Rule::file;
  Base base = Base::own;
  std::uint32_t library = 0;   ///< index into Scan::libraries
  bool optional = false;       ///< the render does not need it
  bool may_be_absent = false;  ///< a cache that Blender makes if it is missing
  std::string data_block;
  std::vector<std::string> chain;
  std::uint32_t owner = 0;  ///< block of the data-block; only during the scan
  std::string stored;
  std::string stored_name;
  PathField field;
  std::vector<std::uint32_t> tiles;
  std::vector<std::string> names;  ///< point_cache: name before the frame; node_bake: sub-folders
  std::int32_t index = 0;          ///< point_cache: number of the cache; -1: none in the name
  friend bool operator==(const Reference&, const Reference&) = default;
};

/// One input of a node group: a string given there may be the path that an import node reads. A
/// group's output is an input, too, with a name that no socket has.
struct TreeInput {
  static constexpr std::uint32_t kOwn = 0xFFFFFFFF;
  std::uint32_t library = kOwn;  ///< index into Scan::libraries; kOwn: the tree is in this file
  std::string tree;              ///< `NTImporter`
  std::string input;             ///< identifier of the socket
  friend bool operator==(const TreeInput&, const TreeInput&) = default;
};

/// A string that is passed to an input of a node group, or out of one.
struct StringArgument {
  Reference value;
  TreeInput input;
  friend bool operator==(const StringArgument&, const StringArgument&) = default;
};

/// A string that is passed to `from` reaches `to` or, without `to`, an import node.
struct StringRoute {
  TreeInput from;
  std::optional<TreeInput> to;
  friend bool operator==(const StringRoute&, const StringRoute&) = default;
};

struct Scan;

/// A library that a .blend names.
struct LibraryLink {
  std::string data_block;
  std::vector<std::string> chain;
  std::string stored;
  PathField field;
  bool is_archive = false;  ///< its data-blocks are in this file (Blender 5); it is not opened
  std::vector<std::string> wanted;  ///< `OBCube`: the data-blocks linked from it; sorted
  std::vector<Scan> packed;  ///< the library's own scan (one), if it is packed into this file
  friend bool operator==(const LibraryLink&, const LibraryLink&) = default;
};

/// All that tracing needs from one .blend: the references of its data-blocks.
struct Scan {
  std::vector<Reference> references;
  std::vector<LibraryLink> libraries;
  std::vector<std::string> view_suffixes;  ///< of multi-view scenes: `_L`, `_R`
  std::vector<StringArgument> arguments;
  std::vector<StringRoute> routes;
  std::vector<Leftover> leftovers;  ///< of the whole file, whatever was requested
  friend bool operator==(const Scan&, const Scan&) = default;
};

/// As bytes for a ScanCache.
[[nodiscard]] std::string serialise(const Scan& scan);
/// Nothing if the bytes are not a scan of this version.
[[nodiscard]] std::optional<Scan> parse_scan(std::string_view bytes);

}  // namespace shaman::trace
